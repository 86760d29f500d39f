import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, type Spoken, spawnBinary } from '../support/installation'
import type { Report } from './report'

/** A server process, from its first moment. */
export interface Launched {
  readonly pid: number
  /** Its address, once it listens; undefined when it ended instead. */
  readonly listening: Promise<string | undefined>
  readonly exited: Promise<number>
  /** All that it wrote to its log of faults. */
  said(): string
  signal(signal: NodeJS.Signals): void
}

export interface Launching {
  /** A command line that the server is put behind: `prlimit --nofile=64 --`. */
  behind?: readonly string[]
  env?: Record<string, string>
}

/** A data folder of its own and the compiled server that works on it, which may be killed and started again. */
export interface Stage {
  readonly folder: string
  readonly apiKey: string
  /** Where the server listens now. */
  readonly url: string
  readonly server: Launched
  launch(launching?: Launching): Launched
  /** Starts the server and waits until it listens; throws with what it said when it does not. */
  start(launching?: Launching): Promise<void>
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>
  /** Ends it in order; a finding when it does not end well. */
  stop(): Promise<void>
  /** Waits until there is a server again, after a kill. */
  back(): Promise<void>
  cli(...args: string[]): Promise<Spoken>
  /** Kills the server and takes the folder away. */
  remove(): Promise<void>
}

let template: Promise<{ folder: string; apiKey: string }> | undefined

/** A folder as `init` and `api-key create` leave it, made once for the whole run. */
async function makeTemplate() {
  const folder = join(mkdtempSync(join(tmpdir(), 'latchkey-torture-template-')), 'data')
  process.on('exit', () => rmSync(join(folder, '..'), { recursive: true, force: true }))
  const env = { LATCHKEY_DATA_DIR: folder }
  await spawnBinary(['init', '--bits', '2048'], env)
  const made = await spawnBinary(['api-key', 'create', '--name', 'torture', '--preset', 'all', '--json'], env)
  if (!made.json) throw new Error(`no folder could be made: ${made.err}`)
  return { folder, apiKey: made.json.api_key as string }
}

/** Sets a stage in a fresh folder, or in one that is given and empty. */
export async function setStage(report: Report, settings: { env?: Record<string, string>; within?: string } = {}) {
  template ??= makeTemplate()
  const { folder: source, apiKey } = await template
  const around = settings.within ?? mkdtempSync(join(tmpdir(), 'latchkey-torture-'))
  const folder = join(around, 'data')
  mkdirSync(folder, { recursive: true })
  cpSync(source, folder, { recursive: true })
  const ownEnv = { LATCHKEY_DATA_DIR: folder, LATCHKEY_PORT: '0', LATCHKEY_LOG: 'off', ...settings.env }
  let server: Launched | undefined
  let url = ''
  let isListening = false
  let isBack = Promise.withResolvers<void>()

  function launch({ behind = [], env = {} }: Launching = {}): Launched {
    server = spawnServer([...behind, binary!, 'serve'], { ...ownEnv, ...env }, around)
    return server
  }

  const stage: Stage = {
    folder,
    apiKey,
    get url() {
      return url
    },
    get server() {
      return server!
    },
    launch,
    async start(launching) {
      const launched = launch(launching)
      const listens = await launched.listening
      if (!listens) throw new Error(`the server did not start: ${launched.said()}`)
      url = listens
      isListening = true
      isBack.resolve()
    },
    async kill() {
      // Whoever waits already goes on waiting, however often it is killed meanwhile.
      if (isListening) isBack = Promise.withResolvers()
      isListening = false
      server?.signal('SIGCONT')
      server?.signal('SIGKILL')
      await server?.exited
      report.count('kills')
    },
    async stop() {
      server!.signal('SIGTERM')
      const exitCode = await server!.exited
      if (exitCode !== 0) report.find('a server that is told to stop ends well', { exitCode, said: server!.said() })
    },
    back: () => isBack.promise,
    cli: (...args) => spawnBinary(args, ownEnv, around),
    async remove() {
      server?.signal('SIGKILL')
      await server?.exited
      if (!settings.within) rmSync(around, { recursive: true, force: true })
    },
  }
  return stage
}

function spawnServer(command: string[], env: Record<string, string>, cwd: string): Launched {
  const child = Bun.spawn(command, { cwd, env, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const listening = Promise.withResolvers<string | undefined>()
  let said = ''
  ;(async () => {
    for await (const bytes of child.stderr) {
      said += Buffer.from(bytes).toString()
      const url = /listens on (http:\S+?),/.exec(said)?.[1]
      if (url) listening.resolve(url)
    }
    listening.resolve(undefined)
  })()
  return {
    pid: child.pid,
    listening: listening.promise,
    exited: child.exited,
    said: () => said,
    signal: (signal) => child.kill(signal),
  }
}
