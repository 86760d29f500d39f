import { Link, useNavigate } from '@tanstack/react-router'
import { basePath } from '../api/base-path'
import type { Answer, Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { buttonClass } from '../parts/button'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { AuditFilterFields } from './audit-filters'
import { ChainState } from './chain-state'
import { ChangesSummary } from './changes'
import { auditFilterNames } from './filter-names'
import { auditTexts } from './texts'

type Entry = Answer<'GET /audit'>['entries'][number]

const rowsPerPage = 50

/** `/console/audit`: who changed what. */
export function AuditPage() {
  const t = useTexts(auditTexts)
  const { search, change, clear, isFiltered } = useAddress(...auditFilterNames)
  const { page, ...filters } = search
  const facets = useAsk('GET /audit/facets', {})
  return (
    <Page
      title={t.title}
      actions={
        <>
          <ExportLink format="csv" filters={filters} label={t.exportCsv} />
          <ExportLink format="jsonl" filters={filters} label={t.exportJson} />
        </>
      }
    >
      <Answered query={facets}>
        {(counts) => (
          <>
            <div>
              <ChainState facets={counts} />
            </div>
            <Filters state={filters} isFiltered={isFiltered} onApply={change} onClear={clear}>
              <AuditFilterFields facets={counts} search={filters} />
            </Filters>
          </>
        )}
      </Answered>
      <Entries filters={filters} page={page} isFiltered={isFiltered} onPage={(next) => change({ page: next })} />
    </Page>
  )
}

function ExportLink({ format, filters, label }: { format: string; filters: Record<string, string>; label: string }) {
  return (
    <a
      className={buttonClass()}
      href={`${basePath}/admin/api/audit/export?${new URLSearchParams({ ...filters, format })}`}
      download
    >
      {label}
    </a>
  )
}

interface EntriesProps {
  filters: Readonly<Record<string, string>>
  page: string | undefined
  isFiltered: boolean
  onPage(page: string | undefined): void
}

function Entries({ filters, page, isFiltered, onPage }: EntriesProps) {
  const t = useTexts(auditTexts)
  const navigate = useNavigate()
  const after = cursorOf(page)
  const input = { ...filters, limit: rowsPerPage, ...(after && { after }) } as Input<'GET /audit'>
  const query = useAsk('GET /audit', input)
  const columns: Column<Entry>[] = [
    {
      key: 'at',
      heading: t.when,
      cell: ({ id, at }) => (
        <Link
          to="/audit/$entry"
          params={{ entry: String(id) }}
          className="text-accent underline"
          title={t.open(String(id))}
        >
          <Time at={at} />
        </Link>
      ),
    },
    { key: 'actor', heading: t.who, cell: ({ actor }) => actor },
    { key: 'verb', heading: t.action, cell: ({ verb }) => verb },
    { key: 'subject', heading: t.subject, cell: (entry) => <SubjectName entry={entry} /> },
    {
      key: 'changes',
      heading: t.changes,
      cell: ({ before, after: now }) => <ChangesSummary before={before} after={now} />,
    },
  ]
  return (
    <Answered query={query}>
      {({ entries, next }) =>
        entries.length ? (
          <>
            <Table
              caption={t.title}
              columns={columns}
              rows={entries}
              keyOf={({ id }) => String(id)}
              onOpen={({ id }) => navigate({ to: '/audit/$entry', params: { entry: String(id) } })}
            />
            <Paging stack={page} next={next} onChange={onPage} />
          </>
        ) : (
          <Empty title={isFiltered ? t.nothingMatches : t.nothing} />
        )
      }
    </Answered>
  )
}

/** What an entry is about. */
export function SubjectName({ entry: { subject, subject_id: id, subject_name: name, batch } }: { entry: Entry }) {
  const t = useTexts(auditTexts)
  const ids = batch ? t.range(String(batch.from), String(batch.to)) : id
  return (
    <>
      {subject} {name === null ? ids : `${name} (${ids})`}
    </>
  )
}
