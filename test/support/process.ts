import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, spawnBinary, urlFrom } from './installation'

/** An empty folder of its own; gone when `remove` is called. */
export function emptyFolder() {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-binary-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Served {
  readonly url: string
  readonly said: () => string
  /** Sends a signal; the exit code of what ends. */
  stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number>
  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP'): void
  readonly exited: Promise<number>
}

/** Runs the binary's server on a free port, in that folder, with nothing in its environment but these variables. */
export async function serve(cwd: string, args: string[] = [], env: Record<string, string> = {}): Promise<Served> {
  const child = Bun.spawn([binary!, 'serve', '--port', '0', '--log', 'off', ...args], {
    cwd,
    env,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [forUrl, forWords] = child.stderr.tee()
  let said = ''
  ;(async () => {
    for await (const bytes of forWords) said += new TextDecoder().decode(bytes)
  })()
  return {
    url: await urlFrom(forUrl),
    said: () => said,
    signal: (signal) => child.kill(signal),
    async stop(signal) {
      child.kill(signal)
      return child.exited
    },
    exited: child.exited,
  }
}

/** A data folder made by `init`, with an API key that may do everything. */
export async function prepared(cwd: string): Promise<{ apiKey: string }> {
  await spawnBinary(['init', '--bits', '2048'], {}, cwd)
  const made = await spawnBinary(['api-key', 'create', '--name', 'x', '--preset', 'all', '--json'], {}, cwd)
  return { apiKey: made.json.api_key }
}

/** Every file below a folder with the hash of what it holds. */
export function contentsOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true }).map(String).sort()
  const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  return Object.fromEntries(
    paths.map((path) => [path, statSync(join(folder, path)).isDirectory() ? 'folder' : hashOf(join(folder, path))]),
  )
}
