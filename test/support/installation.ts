import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { jobs } from '../../db/schema/work'
import { run } from '../../src/cli/program'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { phpJson } from '../../src/kernel/php-json'
import { responseProblemOf } from '../../src/signing/check'
import { startServer } from '../../src/worker/server'
import { databaseOf, dropDatabase } from './databases'
import { until } from './wait'

/** The compiled binary to test, when there is one; the same tests run in process otherwise. */
export const binary = process.env.LATCHKEY_BINARY

type Door = `${'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'} /${string}`
/** What fetch takes as a body. */
export type Body = NonNullable<ConstructorParameters<typeof Response>[0]>
type Form = 'json' | 'form' | 'multipart' | 'query'
// biome-ignore lint/suspicious/noExplicitAny: an answer's payload differs from endpoint to endpoint
type Payload = any

/** An answer whose seal was found good. */
export interface Answer {
  status: number
  code: number | string
  message: string
  response: Payload
  signedWith: 'product' | 'global'
  headers: Headers
  text: string
}

export interface Spoken {
  exitCode: number
  out: string
  err: string
  /** What `--json` printed. */
  json: Payload
}

export interface Asking {
  /** The API key to show; null for none. */
  key?: string | null
  as?: Form
  headers?: Record<string, string>
  /** A body to send as it is, instead of the fields. */
  body?: Body
}

/** A running Latchkey with an API key that may do everything. */
export interface TestInstallation {
  readonly url: string
  readonly folder: string
  readonly apiKey: string
  /** The process that serves. */
  readonly pid: number
  /** Asks over HTTP and checks the seal of what comes back. */
  ask(door: Door, fields?: Record<string, unknown>, asking?: Asking): Promise<Answer>
  /** Reads an answer that came another way and checks its seal. */
  receive(answer: Response): Promise<Answer>
  /** Runs a command on the installation's folder. */
  cli(...args: string[]): Promise<Spoken>
  /**
   * Lets time pass, in process only; first, what runs comes to its end, since a run that a leap takes by surprise has
   * outlived its lease and is made once more.
   */
  advance(ms: number): Promise<void>
  now(): Date
  /** Stops the server and leaves the folder. */
  stop(): Promise<void>
  close(): Promise<void>
}

export interface Settings {
  /** Further variables, `LATCHKEY_…` left off: { trusted_proxies: '127.0.0.1' } */
  [setting: string]: string
}

/** A data folder that is not there yet, in a folder of its own. */
export const freshFolder = () => join(mkdtempSync(join(tmpdir(), 'latchkey-test-')), 'data')

/** Starts a installation, on a fresh folder unless another is named: in process with the clock in hand, or the binary. */
export async function startInstallation(settings: Settings = {}, folder = freshFolder()): Promise<TestInstallation> {
  const started = await (binary ? startBinary : startInProcess)(folder, settings)
  const { url, cli } = started
  const made = await cli('api-key', 'create', '--name', 'everything', '--preset', 'all', '--json')
  const apiKey: string = made.json.api_key
  const known: string[] = []
  let isStopped = false

  async function requireGenuine(text: string) {
    if (known.some((pem) => !responseProblemOf(text, pem))) return
    const shown = await cli('key', 'show', '--json')
    known.splice(0, known.length, ...shown.json.keys.map((key: Payload) => key.public_key))
    const flaws = known.map((pem) => responseProblemOf(text, pem))
    if (!flaws.includes(undefined)) throw new Error(`the seal is not good: ${flaws.join('; ')}\n${text}`)
  }

  async function ask(door: Door, fields: Record<string, unknown> = {}, asking: Asking = {}): Promise<Answer> {
    const { key = apiKey, headers = {} } = asking
    const [method, path] = door.split(' ') as [string, string]
    const as = asking.as ?? (method === 'GET' ? 'query' : 'json')
    const { query, body, type } = asking.body ? bare(asking.body) : written(fields, as)
    return receive(
      await fetch(`${url}${path}${query}`, {
        method,
        headers: { ...(key && { authorization: `Bearer ${key}` }), ...type, ...headers },
        ...(body !== undefined && { body }),
      }),
    )
  }

  async function receive(answer: Response): Promise<Answer> {
    const text = await answer.text()
    const envelope = JSON.parse(text)
    requireShape(text, envelope)
    await requireGenuine(text)
    const { response, private_key_used: signedWith } = envelope
    const { code, message } = response
    return { status: answer.status, code, message, response, signedWith, headers: answer.headers, text }
  }

  return {
    ...started,
    apiKey,
    folder,
    ask,
    receive,
    async stop() {
      isStopped = true
      await started.close()
    },
    async close() {
      if (!isStopped) await started.close()
      dropDatabase(folder)
      rmSync(join(folder, '..'), { recursive: true, force: true })
    },
  }
}

interface Written {
  query: string
  body?: Body
  type?: Record<string, string>
}

/** Four keys in their order, PHP's bytes, the timestamp last (CONTRACT §0). */
function requireShape(text: string, envelope: Payload) {
  const keys = Object.keys(envelope).join()
  if (keys !== 'response,response_base64,private_key_used,signature') throw new Error(`not the envelope: ${keys}`)
  const signed = Buffer.from(envelope.response_base64, 'base64').toString()
  if (signed !== phpJson(envelope.response)) throw new Error(`not PHP's encoding of the response: ${signed}`)
  if (phpJson(envelope) !== text) throw new Error(`not PHP's encoding of the envelope: ${text}`)
  if (Object.keys(envelope.response).at(-1) !== 'timestamp') throw new Error('the timestamp is not last')
}

const bare = (body: Body): Written => ({ query: '', body })

function written(fields: Record<string, unknown>, as: Form): Written {
  const pairs = Object.entries(fields).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const search = new URLSearchParams(pairs)
  if (as === 'query') return { query: search.size ? `?${search}` : '' }
  if (as === 'form') return { query: '', body: search }
  if (as === 'json') return { query: '', body: JSON.stringify(fields), type: { 'content-type': 'application/json' } }
  const body = new FormData()
  for (const [name, value] of pairs) body.append(name, value)
  return { query: '', body }
}

type Started = Pick<TestInstallation, 'url' | 'pid' | 'cli' | 'advance' | 'now' | 'close'>

async function startInProcess(folder: string, settings: Settings): Promise<Started> {
  const env = { LATCHKEY_DATA_DIR: folder, ...databaseOf(folder), ...variables(settings) }
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const installation = await openInstallation({
    config: readConfig({}, env),
    asServer: true,
    clock: now,
    keySize: 2048,
  })
  const server = await startServer(installation, '127.0.0.1', Number(settings.port ?? 0))
  return {
    url: server.url,
    pid: process.pid,
    now,
    async advance(ms) {
      const leap = () =>
        installation.db.write(async (tx) => {
          const [running] = await tx.select({ id: jobs.id }).from(jobs).where(eq(jobs.state, 'running')).limit(1)
          if (!running) ahead += ms
          return !running
        })
      await until('what runs to end', leap)
    },
    cli: (...args) => speak(args, env),
    async close() {
      await server.stop()
      await installation.close()
    },
  }
}

/** Runs a command line in process. */
export async function speak(args: string[], env: Record<string, string | undefined> = {}): Promise<Spoken> {
  let out = ''
  let err = ''
  const exitCode = await run(args, {
    env,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
  })
  return { exitCode, out, err, json: args.includes('--json') && exitCode === 0 ? JSON.parse(out) : undefined }
}

/** Runs a command on a folder that nobody serves. */
export const speakTo = (folder: string, ...args: string[]): Promise<Spoken> =>
  (binary ? spawnBinary : speak)(args, { LATCHKEY_DATA_DIR: folder, ...databaseOf(folder) })

/** Runs the binary to its end, in an empty folder with nothing in its environment but these variables. */
export async function spawnBinary(args: string[], env: Record<string, string> = {}, cwd = tmpdir()): Promise<Spoken> {
  const child = Bun.spawn([binary!, ...args], { cwd, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { exitCode, out, err, json: args.includes('--json') && exitCode === 0 ? JSON.parse(out) : undefined }
}

async function startBinary(folder: string, settings: Settings): Promise<Started> {
  const cwd = join(folder, '..')
  const env = {
    LATCHKEY_DATA_DIR: folder,
    ...databaseOf(folder),
    LATCHKEY_PORT: '0',
    LATCHKEY_LOG: 'off',
    ...variables(settings),
  }
  await spawnBinary(['init', '--bits', '2048'], env, cwd)
  const child = Bun.spawn([binary!, 'serve'], { cwd, env, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  return {
    url: await urlFrom(child.stderr),
    pid: child.pid,
    now: () => new Date(),
    advance: () => {
      throw new Error('the binary has the real clock')
    },
    cli: (...args) => spawnBinary(args, env, cwd),
    async close() {
      child.kill('SIGTERM')
      if ((await child.exited) !== 0) throw new Error(`the server ended with ${child.exitCode}`)
    },
  }
}

/** Reads what a server says until it names its address. */
export async function urlFrom(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let said = ''
  const reader = stderr.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`the server did not start: ${said}`)
    said += new TextDecoder().decode(value)
    const url = /listens on (https?:\S+?),/.exec(said)?.[1]
    if (!url) continue
    // Whatever it says later must not fill the pipe.
    ;(async () => {
      while (!(await reader.read()).done);
    })()
    return url
  }
}

const variables = (settings: Settings) =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`LATCHKEY_${name.toUpperCase()}`, value]))
