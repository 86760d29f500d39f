import { useTexts } from '../i18n/texts'
import { Table } from '../parts/table'
import { partTexts } from '../parts/texts'
import { auditTexts } from './texts'

type Side = Readonly<Record<string, unknown>> | null

interface Change {
  field: string
  before: unknown
  after: unknown
}

const isNothing = (value: unknown) => ['null', '""', '[]', '{}', undefined].includes(JSON.stringify(value))

/** The fields that differ between the two sides; of a single side, those that say something. */
function changesOf(before: Side, after: Side): Change[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return names
    .map((field) => ({ field, before: before?.[field], after: after?.[field] }))
    .filter((change) => !isNothing(change.before) || !isNothing(change.after))
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

const Shown = ({ value }: { value: unknown }) => {
  const t = useTexts(partTexts)
  return isNothing(value) ? t.none : <code>{textOf(value)}</code>
}

/** What an entry changed, field by field. */
export function Changes({ before, after }: { before: Side; after: Side }) {
  const t = useTexts(auditTexts)
  const rows = changesOf(before, after)
  if (!rows.length) return <p className="text-muted">{t.noChanges}</p>
  return (
    <Table
      caption={t.changes}
      keyOf={({ field }) => field}
      rows={rows}
      columns={[
        { key: 'field', heading: t.field, cell: ({ field }) => field },
        {
          key: 'before',
          heading: t.before,
          cell: (row) => (
            <del className="no-underline">
              <Shown value={row.before} />
            </del>
          ),
        },
        {
          key: 'after',
          heading: t.after,
          cell: (row) => (
            <ins className="no-underline">
              <Shown value={row.after} />
            </ins>
          ),
        },
      ]}
    />
  )
}

const summarizedMax = 2

/** The first changes of an entry in one line. */
export function ChangesSummary({ before, after }: { before: Side; after: Side }) {
  const t = useTexts(auditTexts)
  const all = changesOf(before, after)
  const shown = all.slice(0, summarizedMax).map(({ field, before: was, after: is }) => {
    const sides = [was, is].filter((side) => !isNothing(side)).map((side) => cut(textOf(side)))
    return `${field}: ${sides.join(' → ')}`
  })
  const rest = all.length - shown.length
  return [...shown, ...(rest ? [t.further(String(rest))] : [])].join(', ')
}

const shownLengthMax = 40
const cut = (text: string) => (text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text)
