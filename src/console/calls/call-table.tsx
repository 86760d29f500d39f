import { Link } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { BlockButton } from './block-button'
import type { Call } from './live'
import type { CallSearch } from './search'
import { callTexts } from './texts'

const keysMax = 1000

interface Props {
  calls: readonly Call[]
  search: CallSearch
  onOpen(call: Call): void
}

/** Calls and their answers. */
export function CallTable({ calls, search, onOpen }: Props) {
  const t = useTexts(callTexts)
  const keys = useAsk('GET /api-keys', { limit: keysMax })
  const nameOf = (id: number) => keys.data?.api_keys.find((each) => each.id === id)?.name ?? `#${id}`
  return (
    <Table
      caption={t.title}
      rows={calls}
      keyOf={({ id }) => String(id)}
      onOpen={onOpen}
      columns={[
        {
          key: 'at',
          heading: t.at,
          cell: ({ id, at }) => (
            <Link to="/calls" search={{ ...search, call: id }} className="text-accent underline">
              <Time at={at} hasSeconds />
            </Link>
          ),
        },
        { key: 'endpoint', heading: t.endpoint, cell: ({ endpoint }) => endpoint },
        {
          key: 'answer',
          heading: t.answer,
          cell: ({ code, message, is_good }) => (
            <>
              <Badge tone={is_good ? 'good' : 'bad'}>{code}</Badge> {message}
            </>
          ),
        },
        {
          key: 'license',
          heading: t.licence,
          cell: ({ license_key }) => <span className="whitespace-nowrap">{license_key ?? t.none}</span>,
        },
        {
          key: 'device',
          heading: t.device,
          cell: ({ identifier }) => (identifier ? <Blockable kind="identifier" value={identifier} /> : t.none),
        },
        { key: 'key', heading: t.apiKey, cell: ({ api_key_id: id }) => (id === null ? t.none : nameOf(id)) },
        { key: 'address', heading: t.address, cell: ({ address }) => <Blockable kind="ip" value={address} /> },
        {
          key: 'duration',
          heading: t.duration,
          isNumber: true,
          cell: ({ duration_ms }) => t.ms(formatNumber(duration_ms)),
        },
      ]}
    />
  )
}

const Blockable = ({ kind, value }: { kind: 'ip' | 'identifier'; value: string }) => (
  <span className="flex items-start justify-between gap-1 sm:[&_button]:min-h-6 sm:[&_button]:px-1 sm:[&_button]:py-0">
    <span className="min-w-0">{value}</span>
    <BlockButton kind={kind} value={value} />
  </span>
)
