/** What a command speaks through; a test hands in its own. */
export interface Io {
  readonly env: Record<string, string | undefined>
  out(text: string): void
  err(text: string): void
  /** Asks the person at the terminal a question that yes or no answers; absent where nobody sits there. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined
}

/** A result: one JSON document, or lines for a person. */
export const report = (io: Io, { json }: { json?: boolean | undefined }, value: unknown, lines: string[]) =>
  io.out(json ? `${JSON.stringify(value, null, 2)}\n` : lines.map((line) => `${harmless(line)}\n`).join(''))

/** What strangers wrote, such as the name of a device, gives the terminal no commands. */
const harmless = (line: string) => line.replace(/[^\P{Cc}\n]/gu, '\ufffd')
