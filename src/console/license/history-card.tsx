import { Link } from '@tanstack/react-router'
import { formatTime } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Card } from '../parts/page'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { type HistoryEntry, type LicenseDetails, licenseInput } from './data'
import { DeedButton } from './deed-button'
import { historyTexts } from './history-texts'
import { changesOf, verbOf } from './history-words'

/** Who changed what on the licence, latest first, with before and after; what can be taken back has a button. */
export function HistoryCard({ license }: { license: LicenseDetails }) {
  const t = useTexts(historyTexts)
  const columns: Column<HistoryEntry>[] = [
    {
      key: 'at',
      heading: t.at,
      cell: ({ id, at }) => (
        <Link to={`/audit/${id}` as never} className="text-accent underline">
          <Time at={at} />
        </Link>
      ),
    },
    { key: 'actor', heading: t.actor, cell: ({ actor }) => actor },
    { key: 'verb', heading: t.what, cell: ({ verb }) => verbOf(verb, t) },
    { key: 'diff', heading: t.changes, cell: (entry) => <Diff entry={entry} /> },
    {
      key: 'undo',
      heading: t.back,
      cell: ({ id, can_undo, verb, at }) =>
        can_undo && (
          <DeedButton
            license={license}
            command="license undo"
            input={{ ...licenseInput(license), entry: id }}
            label={t.undo}
            name={t.undoOf(verbOf(verb, t), formatTime(at))}
            done={t.undone}
            isUndoable
          />
        ),
    },
  ]
  return (
    <div className="no-print">
      <Card title={t.title}>
        <Table caption={t.title} columns={columns} rows={license.history} keyOf={({ id }) => String(id)} />
      </Card>
    </div>
  )
}

/** The changed fields: before → after, or what there is where there is one side only. */
function Diff({ entry }: { entry: HistoryEntry }) {
  const t = useTexts(historyTexts)
  return (
    <ul className="flex flex-col gap-1">
      {changesOf(entry, t).map(({ name, old, now }) => (
        <li key={name}>
          <span className="text-muted">{name}:</span>{' '}
          {old !== undefined && <del className={now === undefined ? undefined : 'text-bad'}>{old}</del>}
          {old !== undefined && now !== undefined && ' → '}
          {now !== undefined && <ins className="text-good no-underline">{now}</ins>}
        </li>
      ))}
    </ul>
  )
}
