import { visibleJson } from '../kernel/visible'
import type { Line } from '../operations/lines'
import { laidOut, type Screen } from './layout'

/** What a command speaks through; a test hands in its own. */
export interface Io {
  readonly env: Record<string, string | undefined>
  /** The login of whoever types, where it is known. */
  readonly login?: string | undefined
  out(text: string): void
  /** When all that was put out has been read, or is on its way; absent where nothing waits. */
  taken?(): Promise<void> | undefined
  err(text: string): void
  /** Lets other processes have the processor first, from now on. */
  giveWay?(): void
  /** Asks the person at the terminal a question that yes or no answers; absent where nobody sits there. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined
  /** Asks that person for something that is not shown while it is typed; absent where nobody sits there. */
  readonly askSecret?: ((question: string) => Promise<string>) | undefined
  /** What `out` is read on, where that is a terminal. */
  readonly screen?: Screen | undefined
  /** What `err` is read on, where that is a terminal. */
  readonly errScreen?: Screen | undefined
}

/** A result: one JSON document, or lines for a person. */
export const report = (io: Io, { json }: { json?: boolean | undefined }, value: unknown, lines: readonly Line[]) =>
  io.out(json ? `${visibleJson(JSON.stringify(value, null, 2))}\n` : laidOut(lines, io.screen ?? {}))
