/** What a command speaks through; a test hands in its own. */
export interface Io {
  readonly env: Record<string, string | undefined>
  out(text: string): void
  err(text: string): void
}

/** A result: one JSON document, or lines for a person. */
export const report = (io: Io, { json }: { json?: boolean | undefined }, value: unknown, lines: string[]) =>
  io.out(json ? `${JSON.stringify(value, null, 2)}\n` : lines.map((line) => `${line}\n`).join(''))

/** Rows under their headings, each column as wide as its widest cell. */
export function table(headings: string[], rows: string[][]): string[] {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  return [line(headings), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)]
}
