/** One thing that happened, as flat facts. Never a secret, never a licence key. */
export type LogEntry = Record<string, string | number | undefined>

export type Log = (entry: LogEntry) => void

export const silent: Log = () => {}

/** One JSON object per line. */
export const jsonLog =
  (write: (line: string) => void): Log =>
  (entry) =>
    write(`${JSON.stringify(entry)}\n`)

/** One readable line. */
export const prettyLog =
  (write: (line: string) => void): Log =>
  ({ at, ...facts }) => {
    const words = Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`)
    write(`${String(at).slice(11, 23)}  ${words.join('  ')}\n`)
  }

/** Gathers the lines of one turn of the event loop and writes them together. */
export function gathered(write: (text: string) => void): (line: string) => void {
  let lines: string[] = []
  const flush = () => {
    write(lines.join(''))
    lines = []
  }
  return (line) => {
    if (!lines.length) setImmediate(flush)
    lines.push(line)
  }
}
