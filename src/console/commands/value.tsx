import type { ReactNode } from 'react'
import { isMoment } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Facts } from '../parts/page'
import { Table } from '../parts/table'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { labelOf } from './operation-field'

type Record_ = Record<string, unknown>

const isObject = (value: unknown): value is Record_ =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Any answer of the server for people: an object as facts, a list of objects as a table. */
export function Value({ name, value }: { name: string; value: unknown }): ReactNode {
  const t = useTexts(partTexts)
  if (value === null || value === undefined || value === '') return t.none
  if (typeof value === 'boolean') return value ? t.yes : t.no
  if (typeof value === 'string') return isMoment(value) ? <Time at={value} /> : value
  if (Array.isArray(value)) {
    if (!value.length) return t.none
    return value.every(isObject) ? <Rows name={name} rows={value} /> : value.map(String).join(', ')
  }
  if (isObject(value)) {
    return (
      <Facts
        facts={Object.entries(value).map(([key, each]) => [labelOf(key), <Value key={key} name={key} value={each} />])}
      />
    )
  }
  return String(value)
}

function Rows({ name, rows }: { name: string; rows: readonly Record_[] }) {
  const keys = [...new Set(rows.flatMap(Object.keys))]
  const columns = keys.map((key) => ({
    key,
    heading: labelOf(key),
    cell: (row: Record_) => <Value name={key} value={row[key]} />,
  }))
  return <Table caption={labelOf(name)} columns={columns} rows={rows} keyOf={(row) => String(rows.indexOf(row))} />
}
