import type { TableName, Verdict } from '../tables/table'
import { addRefusalReason, type RefusalReason } from './reasons'
import type { Source, SourceLine } from './source'

const shownMax = 1000

export interface Tally {
  lines: number
  made: number
  already_there: number
  refused: number
}

/** What became of an import. */
export interface Result extends Tally {
  tables: Partial<Record<TableName, Tally>>
  /** Why lines were refused, the commonest reason first. */
  reasons: RefusalReason[]
  /** The first thousand lines that were refused; `refused` counts them all. */
  refusals: { file: string; line: number; reason: string }[]
  notes: string[]
}

export const nothing = (): Tally => ({ lines: 0, made: 0, already_there: 0, refused: 0 })

/** Told of every line that was refused, and why. */
export type OnRefused = (source: Source, refused: { line: SourceLine; reason: string }[]) => void

interface Counting {
  batch: SourceLine[]
  verdicts: Verdict[]
  onRefused: OnRefused
}

/** Counts what became of a batch. */
export function count(result: Result, source: Source, { batch, verdicts, onRefused }: Counting) {
  const refused: { line: SourceLine; reason: string }[] = []
  for (const [at, line] of batch.entries()) {
    const verdict = verdicts[at]!
    const isRefused = verdict !== 'there' && 'refused' in verdict
    result.tables[line.table.name] ??= nothing()
    for (const counts of [result, result.tables[line.table.name]!]) {
      counts.lines++
      counts[verdict === 'there' ? 'already_there' : isRefused ? 'refused' : 'made']++
    }
    if (!isRefused) continue
    for (const problem of verdict.problems)
      addRefusalReason(result.reasons, problem, { file: source.path, line: line.line })
    refused.push({ line, reason: verdict.refused })
    if (result.refusals.length < shownMax) {
      result.refusals.push({ file: source.path, line: line.line, reason: verdict.refused })
    }
  }
  result.reasons.sort((a, b) => b.lines - a.lines)
  onRefused(source, refused)
}
