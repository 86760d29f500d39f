import { type Static, Type } from '@sinclair/typebox'
import { counter, dictionary, view } from '../../kernel/view'
import type { TableName, Verdict } from '../tables/table'
import { addRefusalReason, place, ReasonView } from './reasons'
import type { Source, SourceLine } from './source'

const shownMax = 1000

const counts = {
  lines: counter(),
  made: counter(),
  already_there: counter(),
  refused: counter(),
}
const TallyView = view('ImportTally', counts)
export type Tally = Static<typeof TallyView>

/** The result of an import. */
export const ImportResultView = view('ImportResult', {
  ...counts,
  tables: Type.Unsafe<Partial<Record<TableName, Tally>>>(dictionary(TallyView, 'By table.')),
  reasons: Type.Array(ReasonView, { description: 'Why lines were refused, the commonest reason first.' }),
  refusals: Type.Array(Type.Object({ ...place, reason: Type.String() }), {
    description: 'The first thousand lines that were refused; `refused` counts them all.',
  }),
  notes: Type.Array(Type.String()),
})
export type Result = Static<typeof ImportResultView>

export const nothing = (): Tally => ({ lines: 0, made: 0, already_there: 0, refused: 0 })

/** Called for every refused line with the reason. */
export type OnRefused = (source: Source, refused: { line: SourceLine; reason: string }[]) => void

interface Counting {
  batch: SourceLine[]
  verdicts: Verdict[]
  onRefused: OnRefused
}

/** Counts the results of a batch. */
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
