import { Link } from '@tanstack/react-router'
import { labelOf } from '../commands/operation-field'
import { formatTime, isMoment } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Card } from '../parts/page'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { type HistoryEntry, type LicenseDetails, licenseInput } from './data'
import { DeedButton } from './deed-button'
import { type HistoryTexts, historyTexts } from './history-texts'

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

const verbOf = (verb: string, t: HistoryTexts) =>
  (t[`verb_${verb.replace('license.', '').replaceAll('-', '_')}` as keyof HistoryTexts] as string | undefined) ?? verb

type Side = Record<string, unknown>

/** The changed fields: before → after, or what there is where there is one side only. */
function Diff({ entry: { before, after } }: { entry: HistoryEntry }) {
  const t = useTexts(historyTexts)
  const [old, now]: [Side | null, Side | null] = [before, after]
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])]
  const told = old && now ? names : names.filter((name) => !isNothing((now ?? old)?.[name]))
  return (
    <ul className="flex flex-col gap-1">
      {told.map((name) => (
        <li key={name} className="break-words">
          <span className="text-muted">
            {(t[`field_${name}` as keyof HistoryTexts] as string | undefined) ?? labelOf(name)}:
          </span>{' '}
          {old && now && (
            <>
              <del className="text-bad">{shown(old[name])}</del> →{' '}
            </>
          )}
          {now ? <ins className="text-good no-underline">{shown(now[name])}</ins> : <del>{shown(old?.[name])}</del>}
        </li>
      ))}
    </ul>
  )
}

const isNothing = (value: unknown) => ['null', '""', '[]', '{}', undefined].includes(JSON.stringify(value))

function shown(value: unknown): string {
  if (isNothing(value)) return '–'
  if (isMoment(value)) return formatTime(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
