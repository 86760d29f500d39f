import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const ticksPerSecond = 100
const patienceMs = 60_000

/** A server in a process of its own. */
export interface Served {
  readonly url: string
  readonly pid: number
  /** The processor seconds used so far; undefined if the system does not report them. */
  cpuSeconds(): number | undefined
  /** Resident memory without the pages of the database's file, which the system lends and reclaims as it likes. */
  residentMb(): number | undefined
  stop(): Promise<void>
}

/** The command line of this program, compiled or not. */
export const itself = () =>
  /^(\/\$bunfs|[A-Z]:[\\/]~BUN)/.test(Bun.main) ? [process.execPath] : [process.execPath, Bun.main]

/** A core for the server and one for its load, if there are two and they can be chosen. */
export const cores = () =>
  Bun.which('taskset') && availableParallelism() > 1 ? { server: 0, load: 1 } : { server: undefined, load: undefined }

export const pinned = (core: number | undefined, command: string[]) =>
  core === undefined ? command : [Bun.which('taskset')!, '-c', String(core), ...command]

/** Starts a server and waits until it reports its address; its log goes to that file. */
export async function serve(
  command: string[],
  { env = {}, core, log = '/dev/null' }: { env?: Record<string, string>; core?: number | undefined; log?: string } = {},
): Promise<Served> {
  const child = Bun.spawn(pinned(core, command), {
    env,
    stdin: 'ignore',
    stdout: Bun.file(log),
    stderr: 'pipe',
  })
  const url = await urlFrom(child.stderr)
  const read = (path: string) => {
    try {
      return readFileSync(`/proc/${child.pid}/${path}`, 'utf8')
    } catch {
      return undefined
    }
  }
  return {
    url,
    pid: child.pid,
    cpuSeconds() {
      // The second field is a name in parentheses, which may contain anything.
      const fields = read('stat')
        ?.replace(/^.*\) /s, '')
        .split(' ')
      return fields && (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
    },
    residentMb() {
      const mappings = read('smaps')?.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
      const own = mappings?.filter((mapping) => !mapping.split('\n', 1)[0]!.endsWith('.db'))
      return own && sum(own.map((mapping) => Number(/^Rss:\s+(\d+)/m.exec(mapping)?.[1] ?? 0))) / 1024
    },
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)

async function urlFrom(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let said = ''
  const decoder = new TextDecoder()
  const reader = stderr.getReader()
  const patience = setTimeout(() => reader.cancel(), patienceMs)
  for (;;) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`the server did not start: ${said}`)
    said += decoder.decode(value, { stream: true })
    const url = /listens on (http:\/\/[^\s,]+)/.exec(said)?.[1]
    if (!url) continue
    clearTimeout(patience)
    // Later output must not fill the pipe.
    ;(async () => {
      while (!(await reader.read()).done);
    })()
    return url
  }
}
