import type { TellProgress } from '../kernel/progress'
import { visibleJson } from '../kernel/visible'
import type { Line } from '../operations/lines'
import { laidOut, type Screen } from './layout'

/** The input and output of a command; tests pass their own. */
export interface Io {
  readonly env: Record<string, string | undefined>
  /** The login of the person at the terminal, if known. */
  readonly login?: string | undefined
  out(text: string): void
  /** When all that was put out has been read, or is on its way; absent where nothing waits. */
  taken?(): Promise<void> | undefined
  err(text: string): void
  /** Tells the progress of long work to the process of ours that runs this command; absent elsewhere. */
  readonly tellProgress?: TellProgress | undefined
  /** Lowers this process's priority from now on. */
  giveWay?(): void
  /** Asks the person at the terminal a yes/no question; absent without a terminal. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined
  /** Asks that person for hidden input; absent without a terminal. */
  readonly askSecret?: ((question: string) => Promise<string>) | undefined
  /** The terminal of `out`, if it is one. */
  readonly screen?: Screen | undefined
  /** The terminal of `err`, if it is one. */
  readonly errScreen?: Screen | undefined
}

/** Prints a result: one JSON document, or lines for people. */
export const report = (io: Io, { json }: { json?: boolean | undefined }, value: unknown, lines: readonly Line[]) =>
  io.out(json ? `${visibleJson(JSON.stringify(value, null, 2))}\n` : laidOut(lines, io.screen ?? {}))
