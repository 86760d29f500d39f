/** One thing that happened, as flat facts. Never a secret, never a licence key. */
export type LogFields = Record<string, string | number | undefined>

/** Takes down what happened when. */
export type Log = (at: Date, facts: LogFields) => void

export const silent: Log = () => {}

/** Where no log is wanted, faults are told all the same. */
export const faultsAlone =
  (log: Log): Log =>
  (at, facts) => {
    if (facts.error !== undefined) log(at, facts)
  }

/** One JSON object per line. */
export function jsonLog(write: (line: string) => void): Log {
  let writtenMs = Number.NaN
  let written = ''
  return (at, facts) => {
    // Lines of one millisecond are many where it matters.
    if (at.getTime() !== writtenMs) {
      writtenMs = at.getTime()
      written = at.toISOString()
    }
    write(`{"at":"${written}",${JSON.stringify(facts).slice(1)}\n`)
  }
}

/** One readable line. */
export const prettyLog =
  (write: (line: string) => void): Log =>
  (at, facts) => {
    const words = Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`)
    write(`${at.toISOString().slice(11, 23)}  ${words.join('  ')}\n`)
  }

/** Gathers the lines of one turn of the event loop and writes them together. */
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
