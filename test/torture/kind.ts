import type { Chance } from './chance'
import type { Report } from './report'

/** What a kind of torture is given. */
export interface Run {
  readonly chance: Chance
  readonly report: Report
  /** How often to try; each kind says of what. */
  readonly rounds: number
  readonly minutes: number
  /** What the choices come from, for a finding to name. */
  readonly seed: string
  /** That round alone, of a kind whose rounds stand by themselves. */
  readonly round: number | undefined
  /** Waits as short as they may be: for two minutes in all. */
  readonly isQuick: boolean
}

export type Kind = (run: Run) => Promise<void>
