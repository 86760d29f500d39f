import { type Answer, call } from '../api/client'
import { queryClient, useAsk, useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton, OperationDialog } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { SelectField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { Table } from '../parts/table'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { announce } from '../parts/toast'
import { blocklistTexts } from './texts'

type Entry = Answer<'GET /blocklist'>['blocklist'][number]

/** `/console/blocklist`: who is turned away; `?ip=203.0.113.7` or `?identifier=` opens the form with that value. */
export function BlocklistPage() {
  const t = useTexts(blocklistTexts)
  const { search, change, clear } = useAddress('kind', 'sort', 'ip', 'identifier', 'reason')
  const { kind, sort, page, ip, identifier, reason } = search
  const query = useAsk('GET /blocklist', {
    ...(kind && { kind: kind as Entry['kind'] }),
    sort: sort ?? '-id',
    limit: 50,
    after: cursorOf(page),
  })
  const isGiven = ip !== undefined || identifier !== undefined
  const mayAdd = useMay('operator')
  const add = <OperationButton command="blocklist add" role="operator" label={t.add} kind="primary" />
  return (
    <Page title={t.title} actions={add}>
      <p className="text-muted">{t.note}</p>
      {isGiven && mayAdd && (
        <OperationDialog
          command="blocklist add"
          title={t.add}
          initial={{ ...(ip ? { ip } : { identifier }), ...(reason && { reason }) }}
          onClose={() => change({ ip: undefined, identifier: undefined, reason: undefined })}
        />
      )}
      <Filters state={{ kind }} isFiltered={kind !== undefined} onApply={change} onClear={clear}>
        <SelectField
          label={t.kind}
          name="kind"
          defaultValue={kind ?? ''}
          choices={[
            { value: '', label: t.all },
            { value: 'ip', label: t.ip },
            { value: 'identifier', label: t.identifier },
          ]}
        />
      </Filters>
      <Answered query={query}>
        {({ blocklist, next }) =>
          blocklist.length ? (
            <>
              <Entries rows={blocklist} sort={sort ?? '-id'} onSort={(chosen) => change({ sort: chosen })} />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={kind ? t.nobodyMatches : t.nobody} />
          )
        }
      </Answered>
    </Page>
  )
}

interface EntriesProps {
  rows: readonly Entry[]
  sort: string
  onSort(sort: string): void
}

function Entries({ rows, sort, onSort }: EntriesProps) {
  const t = useTexts(blocklistTexts)
  const parts = useTexts(partTexts)
  const mayRemove = useMay('operator')
  const remove = useChange('DELETE /blocklist/:id')

  async function removeEntry(entry: Entry) {
    const removed = await remove.mutateAsync({ id: entry.id }).catch(() => undefined)
    if (removed) announce(t.removed(entry.value), { label: parts.undo, run: () => addAgain(entry) })
  }

  return (
    <>
      <ErrorBox error={remove.error} />
      <Table
        caption={t.title}
        rows={rows}
        keyOf={({ id }) => String(id)}
        sort={sort}
        onSort={onSort}
        columns={[
          { key: 'kind', heading: t.kind, cell: ({ kind }) => (kind === 'ip' ? t.ip : t.identifier) },
          {
            key: 'value',
            heading: t.value,
            sort: 'value',
            cell: ({ value }) => value,
          },
          { key: 'reason', heading: t.reason, cell: ({ reason }) => reason || '–' },
          {
            key: 'until',
            heading: t.until,
            sort: 'expires_at',
            cell: ({ expires_at, is_over }) => (
              <>
                {expires_at ? <Time at={expires_at} /> : t.forEver} {is_over && <Badge>{t.over}</Badge>}
              </>
            ),
          },
          { key: 'since', heading: t.since, sort: 'created_at', cell: ({ created_at }) => <Time at={created_at} /> },
          {
            key: 'remove',
            heading: t.remove,
            cell: (entry) =>
              mayRemove ? (
                <Button
                  aria-label={t.removeEntry(entry.value)}
                  disabled={remove.isPending}
                  onClick={() => removeEntry(entry)}
                >
                  {t.remove}
                </Button>
              ) : (
                '–'
              ),
          },
        ]}
      />
    </>
  )
}

/** Blocks again what was removed. */
async function addAgain({ kind, value, reason, expires_at }: Entry) {
  await call('POST /blocklist', { [kind]: value, reason, ...(expires_at && { expires_at }) })
  await queryClient.invalidateQueries()
}
