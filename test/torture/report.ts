const shownOfAKind = 5

/** What a run did and what it found. */
export interface Report {
  /** One line about what is happening. */
  say(line: string): void
  count(figure: string, by?: number): void
  /** Keeps the largest value a figure ever had. */
  most(figure: string, value: number): void
  /** Something that must not be: the promise that is broken, and what shows it. */
  find(promise: string, evidence?: unknown): void
  /** Something this machine does not allow to be tried, and why. */
  leaveOut(what: string, why: string): void
  readonly figures: Readonly<Record<string, number>>
  readonly findings: readonly string[]
  readonly leftOut: readonly string[]
}

export function openReport(out: (line: string) => void): Report {
  const startedAt = performance.now()
  const figures: Record<string, number> = {}
  const findings: string[] = []
  const leftOut: string[] = []
  const seen = new Map<string, number>()
  const say = (line: string) => out(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`)

  return {
    say,
    count(figure, by = 1) {
      figures[figure] = (figures[figure] ?? 0) + by
    },
    most(figure, value) {
      figures[figure] = Math.max(figures[figure] ?? 0, Math.round(value))
    },
    find(promise, evidence) {
      findings.push(promise)
      const nth = (seen.get(promise) ?? 0) + 1
      seen.set(promise, nth)
      if (nth <= shownOfAKind) say(`FOUND: ${promise}${evidence === undefined ? '' : `: ${shown(evidence)}`}`)
    },
    leaveOut(what, why) {
      leftOut.push(`${what}: ${why}`)
      say(`left out: ${what}: ${why}`)
    },
    figures,
    findings,
    leftOut,
  }
}

const shown = (evidence: unknown) =>
  evidence instanceof Error ? evidence.stack : typeof evidence === 'string' ? evidence : JSON.stringify(evidence)
