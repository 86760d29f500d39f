import { type Answer, call } from '../api/client'
import { queryClient } from '../api/hooks'
import { PlannedButton } from '../commands/planned-operation'
import { formatDay } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { StateBadge } from '../license/state-badge'
import { ScrollArea } from '../parts/scroll-area'
import { Table } from '../parts/table'
import { customerTexts } from './texts'

type Changed = Answer<'POST /customers/:email/block'>
type Renamed = Answer<'POST /customers/:email/rename'>

interface Props {
  /** The customer as operations take it: `id:4711`. */
  email: string
  customer: Pick<Answer<'GET /customers/:email'>, 'name'>
}

/** What can be done to all licences of a customer at once; each change is shown before it is made. */
export function CustomerActions({ email, customer }: Props) {
  const t = useTexts(customerTexts)
  const change = {
    fixed: { email },
    show: (result: Changed) => <Changes result={result} />,
    count: ({ changed }: Changed) => changed.length,
  }
  const naming = {
    fixed: { email },
    show: (result: Renamed) => <Renaming result={result} />,
    count: ({ changed }: Renamed) => changed.length,
  }
  return (
    <>
      <PlannedButton
        {...{ command: 'customer extend', least: 'operator', label: t.extend, only: ['by', 'product'], ...change }}
        initial={{ by: '30d' }}
      />
      <PlannedButton
        {...{ command: 'customer block', least: 'operator', label: t.block, only: ['reason', 'product'], ...change }}
        undo={unblockChanged}
      />
      <PlannedButton
        {...{
          command: 'customer unblock',
          least: 'operator',
          label: t.unblock,
          only: ['reason', 'product'],
          ...change,
        }}
      />
      <PlannedButton
        {...{ command: 'customer rename', least: 'operator', label: t.rename, ...naming }}
        only={['new_email', 'new_name']}
        initial={{ new_name: customer.name ?? '' }}
      />
      <PlannedButton {...{ command: 'customer merge', least: 'operator', label: t.merge, only: ['into'], ...naming }} />
      <PlannedButton
        {...{ command: 'customer revoke', least: 'operator', label: t.revoke, only: ['reason', 'product'], ...change }}
        kind="danger"
      />
    </>
  )
}

/** Unblocks what was blocked, and nothing that was blocked before. */
async function unblockChanged({ changed }: Changed) {
  for (const { license_key } of changed) await call('POST /licenses/:license_key/unblock', { license_key })
  await queryClient.invalidateQueries()
}

function Changes({ result: { changed, unchanged } }: { result: Changed }) {
  const t = useTexts(customerTexts)
  const dayOf = (moment: string | null) => (moment ? formatDay(moment) : t.never)
  return (
    <div className="flex flex-col gap-3">
      {changed.length ? (
        <Table
          caption={t.changes}
          rows={changed}
          keyOf={({ license_key }) => license_key}
          columns={[
            { key: 'key', heading: t.licenseKey, cell: ({ license_key }) => <code>{license_key}</code> },
            {
              key: 'state',
              heading: t.state,
              cell: ({ state_before, state }) => (
                <>
                  {state_before !== state && (
                    <>
                      <StateBadge state={state_before} />
                      {' → '}
                    </>
                  )}
                  <StateBadge state={state} />
                </>
              ),
            },
            { key: 'devices', heading: t.devices, isNumber: true, cell: ({ seats_taken }) => String(seats_taken) },
            {
              key: 'ends',
              heading: t.ends,
              cell: ({ expires_at_before, expires_at }) =>
                expires_at_before === expires_at
                  ? dayOf(expires_at)
                  : `${dayOf(expires_at_before)} → ${dayOf(expires_at)}`,
            },
          ]}
        />
      ) : (
        <p>{t.nothingChanges}</p>
      )}
      {unchanged.length > 0 && (
        <ScrollArea name={t.change}>
          <ul className="list-disc pl-5 text-sm text-muted">
            {unchanged.map(({ license_key, reason }) => (
              <li key={license_key}>{t.unchanged(reason)}</li>
            ))}
          </ul>
        </ScrollArea>
      )}
    </div>
  )
}

function Renaming({ result: { changed } }: { result: Renamed }) {
  const t = useTexts(customerTexts)
  if (!changed.length) return <p>{t.nothingChanges}</p>
  const arrow = (before: string | null, after: string | null) =>
    before === after ? (after ?? '–') : `${before ?? '–'} → ${after ?? '–'}`
  return (
    <Table
      caption={t.changes}
      rows={changed}
      keyOf={({ license_key }) => license_key}
      columns={[
        { key: 'key', heading: t.licenseKey, cell: ({ license_key }) => <code>{license_key}</code> },
        { key: 'email', heading: t.address, cell: (row) => arrow(row.owner_email_before, row.owner_email) },
        { key: 'name', heading: t.name, cell: (row) => arrow(row.owner_name_before, row.owner_name) },
      ]}
    />
  )
}
