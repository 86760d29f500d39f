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
