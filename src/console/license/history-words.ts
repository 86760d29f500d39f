import { labelOf } from '../commands/operation-field'
import { formatTime, isMoment } from '../i18n/format'
import type { HistoryEntry } from './data'
import type { HistoryTexts } from './history-texts'

/** What was done, in a word. */
export const verbOf = (verb: string, t: HistoryTexts) =>
  (t[`verb_${verb.replace('license.', '').replaceAll('-', '_')}` as keyof HistoryTexts] as string | undefined) ?? verb

type Side = Record<string, unknown>

interface FieldChange {
  name: string
  /** The value before; undefined where there was none to compare with. */
  old?: string
  now?: string
}

/** The fields that a change has set, with before and after, or what there is where there is one side only. */
export function changesOf({ before, after }: Pick<HistoryEntry, 'before' | 'after'>, t: HistoryTexts): FieldChange[] {
  const [old, now]: [Side | null, Side | null] = [before, after]
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])]
  const told = old && now ? names : names.filter((name) => !isNothing((now ?? old)?.[name]))
  return told.map((name) => ({
    name: (t[`field_${name}` as keyof HistoryTexts] as string | undefined) ?? labelOf(name),
    ...(old && { old: shown(old[name]) }),
    ...(now && { now: shown(now[name]) }),
  }))
}

/** A change in one line: who, what, and each field before → after. */
export function changeInWords(entry: HistoryEntry, t: HistoryTexts): string {
  const changes = changesOf(entry, t).map(({ name, old, now }) => `${name}: ${[old, now].filter(Boolean).join(' → ')}`)
  return `${entry.actor}: ${verbOf(entry.verb, t)} (${changes.join(', ')})`
}

const isNothing = (value: unknown) => ['null', '""', '[]', '{}', undefined].includes(JSON.stringify(value))

function shown(value: unknown): string {
  if (isNothing(value)) return '–'
  if (isMoment(value)) return formatTime(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
