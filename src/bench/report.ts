import { arch, cpus, platform, release, totalmem } from 'node:os'
import type { Ratio } from './contest'

/** One row of the results. */
export interface Row {
  work: string
  ours: string
  against: string
  theirs: string
  /** The ratio of the two, round by round; absent if there is nothing to compare with. */
  ratio?: Ratio | undefined
  goal: string
  /** Undefined if the rounds scatter too much. */
  holds: boolean | undefined
  /** Every round, for recalculation. */
  rounds?: unknown
}

/** The machine and versions that the figures apply to. */
export const machine = () => ({
  processor: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  system: `${platform()} ${release()} ${arch()}`,
  bun: Bun.version,
})

/** A ratio in two digits, or why there is none. */
export const ratioText = (ratio: Ratio | undefined) =>
  ratio === undefined
    ? ''
    : ratio.isSteady
      ? ratio.median.toPrecision(ratio.median < 100 ? 2 : 3)
      : `rounds scatter by ${percent(ratio.scatter)}`

/** Whether a ratio reaches its goal; undefined if it is not steady. */
export const reaches = ({ median, isSteady }: Ratio, goal: { atLeast: number } | { atMost: number }) =>
  !isSteady ? undefined : 'atLeast' in goal ? median >= goal.atLeast : median <= goal.atMost

const percent = (share: number) => `${Math.round(share * 100)} %`

/** A Markdown table, readable at a terminal too. */
export function tableOf(rows: readonly Row[]): string[] {
  const verdict = ({ holds }: Row) => (holds === undefined ? '–' : holds ? 'yes' : 'no')
  const cells = [
    ['Work', 'Measured', 'Against', 'Measured', 'Ratio', 'Goal', 'Reached'],
    ...rows.map((row) => [row.work, row.ours, row.against, row.theirs, ratioText(row.ratio), row.goal, verdict(row)]),
  ]
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)))
  const line = (some: string[]) => `| ${some.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  const [head, ...body] = cells.map(line)
  return [head!, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body]
}

export const rate = (perSecond: number) => `${Math.round(perSecond).toLocaleString('en')}/s`
export const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
