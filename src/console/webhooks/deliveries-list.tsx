import { Link, useNavigate } from '@tanstack/react-router'
import type { Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { SelectField, TextField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { cursorOf, Paging } from '../parts/paging'
import { type Column, Table } from '../parts/table'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { deliveryFilterNames } from './filter-names'
import { type Delivery, DeliveryBadge } from './states'
import { webhookTexts } from './texts'

const rowsPerPage = 50
const refreshMs = 5000
const states = ['pending', 'success', 'failed'] as const
const further = ['webhook.ping', 'order.finished', 'activation.deactivated']

/** Deliveries, of one webhook or of all, of orders and callbacks too; the address holds the filters. */
export function DeliveriesList({ webhookId }: { webhookId?: string }) {
  const t = useTexts(webhookTexts)
  const navigate = useNavigate()
  const { search, change, clear, isFiltered } = useAddress(...deliveryFilterNames)
  const { page, ...filters } = search
  const after = cursorOf(page)
  const input = {
    ...filters,
    ...(webhookId && { webhook_id: webhookId }),
    limit: rowsPerPage,
    ...(after && { after }),
  } as unknown as Input<'GET /deliveries'>
  const query = useAsk('GET /deliveries', input, { everyMs: page ? undefined : refreshMs })
  return (
    <>
      <Filters state={filters} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <DeliveryFilterFields search={filters} />
      </Filters>
      <Answered query={query}>
        {({ deliveries, next }) =>
          deliveries.length ? (
            <>
              <Table
                caption={t.deliveries}
                columns={columnsOf(t)}
                rows={deliveries}
                keyOf={({ id }) => String(id)}
                onOpen={({ id }) => navigate({ to: '/deliveries/$delivery', params: { delivery: String(id) } })}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={isFiltered ? t.noDeliveryMatches : t.noDelivery} />
          )
        }
      </Answered>
    </>
  )
}

function DeliveryFilterFields({ search }: { search: Readonly<Record<string, string | undefined>> }) {
  const t = useTexts(webhookTexts)
  const catalogue = useAsk('GET /webhook-events', {})
  const names = new Set([...(catalogue.data?.events.map(({ event }) => event) ?? []), ...further])
  if (search.event) names.add(search.event)
  const any = { value: '', label: t.any }
  return (
    <>
      <SelectField
        label={t.state}
        name="state"
        defaultValue={search.state}
        choices={[any, ...states.map((state) => ({ value: state, label: t[state] }))]}
      />
      <SelectField
        // The choices arrive after the address was read.
        key={names.size}
        label={t.event}
        name="event"
        defaultValue={search.event}
        choices={[any, ...[...names].map((name) => ({ value: name, label: name }))]}
      />
      <TextField label={t.from} name="from" type="date" defaultValue={search.from} />
      <TextField label={t.to} name="to" type="date" defaultValue={search.to} />
    </>
  )
}

const columnsOf = (t: (typeof webhookTexts)['en']): Column<Delivery>[] => [
  {
    key: 'made',
    heading: t.made,
    cell: ({ id, created_at: at }) => (
      <Link to="/deliveries/$delivery" params={{ delivery: String(id) }} className="text-accent underline">
        <Time at={at} />
      </Link>
    ),
  },
  { key: 'event', heading: t.event, cell: ({ event }) => event },
  { key: 'state', heading: t.state, cell: ({ state }) => <DeliveryBadge state={state} /> },
  { key: 'attempts', heading: t.attempts, isNumber: true, cell: ({ attempts }) => String(attempts.length) },
  { key: 'receiver', heading: t.receiver, cell: ({ url }) => url },
  { key: 'answer', heading: t.answer, cell: ({ attempts }) => <LastAnswer attempt={attempts.at(-1)} /> },
]

export function LastAnswer({ attempt }: { attempt: { status: number | null; error: string | null } | undefined }) {
  const parts = useTexts(partTexts)
  return <>{attempt ? (attempt.error ?? String(attempt.status)) : parts.none}</>
}
