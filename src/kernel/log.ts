/** The flat fields of one log entry. Never a secret, never a licence key. */
export type LogFields = Record<string, string | number | undefined>

/** Writes one log entry. */
export type Log = (at: Date, facts: LogFields) => void

export const silent: Log = () => {}

/** Logs faults only, for when no log is configured. */
export const faultsAlone =
  (log: Log): Log =>
  (at, facts) => {
    if (facts.error !== undefined) log(at, facts)
  }

/** Writes one JSON object per line. */
export function jsonLog(write: (line: string) => void): Log {
  let formattedMs = Number.NaN
  let formatted = ''
  return (at, facts) => {
    // Formats the time once per millisecond: under load many entries share one.
    if (at.getTime() !== formattedMs) {
      formattedMs = at.getTime()
      formatted = at.toISOString()
    }
    write(`{"at":"${formatted}",${JSON.stringify(facts).slice(1)}\n`)
  }
}

/** Writes one readable line per entry. */
export const prettyLog =
  (write: (line: string) => void): Log =>
  (at, facts) => {
    const words = Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`)
    write(`${at.toISOString().slice(11, 23)}  ${words.join('  ')}\n`)
  }

/** Collects the lines of one event loop turn and writes them together. */
export function batched(write: (text: string) => void): (line: string) => void {
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
