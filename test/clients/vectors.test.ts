import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { languages } from '../../src/clients/languages'
import { printClient } from '../../src/clients/print'
import { until } from '../support/wait'
import { type Harness, startHarness } from './harness'
import {
  type AnswerScript,
  type FileScript,
  offlineFile,
  printedKeys,
  product,
  type Span,
  secondsIn,
  start,
  startScriptedServer,
} from './scripted-server'
import { missing, present } from './toolchains'
import { cases } from './vectors.json'

/** A step of a case. */
interface Step {
  do: string
  args?: unknown[]
  /** When it happens, after the start of the case. */
  at?: Span
  device?: string | null
  isBound?: boolean
  machine?: string
  /** What has happened to the store since the step before. */
  store?: 'unwritable' | 'readOnly' | 'torn' | 'nonsense' | 'forged' | 'gone'
  server?: 'dead'
  answers?: Record<string, AnswerScript | AnswerScript[]>
  expect?: Expected
}

interface Expected {
  /** The requests that the server saw, and fields of the first. */
  asked?: string[]
  sent?: Record<string, string>
  until?: Span
  /** The value of a method that returns no verdict; a text of any kind; one that an earlier step returned. */
  value?: unknown
  isText?: boolean
  same?: string
  differs?: string
  [of: string]: unknown
}

// A case waits for those before it: a program takes one step at a time.
setDefaultTimeout(180_000)

const server = await startScriptedServer()
// Each write waits for the disk, so it goes to memory where there is a folder in it.
const top = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'latchkey-clients-'))
afterAll(() => {
  server.stop()
  rmSync(top, { recursive: true, force: true })
})

/** What a product may be called: it must come out as it went in, and never as code. */
const productName = `My "App" '\\ \${7 * 7} $x {{7*7}} #{7} ??/ %s %d \`id\` */ // ?> <?php </script> ''' """ \0é\u2028\u202e😀\n`
const facts = { server: 'http://127.0.0.1:9', product, productName, apiKey: '', graceDays: 7 }
const pems = printedKeys.map((key) => `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----\n`)

test.each(missing)('%s is not proved here: its tools are not installed', (name, { tool }) => {
  console.warn(`Not proved: ${name}, for want of ${tool}.`)
})

describe.each(present)('the client in %s', (name, toolchain) => {
  const folder = join(top, name.replaceAll(' ', '-'))
  let harness: Harness
  let other: Harness
  beforeAll(async () => {
    mkdirSync(folder)
    const language = languages.find((each) => each.name === toolchain.language)!
    const source = await printClient(language, { ...facts, publicKeys: pems })
    const command = await toolchain.prepare(folder, source)
    harness = startHarness(command, folder)
    other = startHarness(command, folder)
  }, 120_000)
  afterAll(() => {
    harness.stop()
    other.stop()
  })

  // Each case has a server and a folder of its own, so they need not wait for each other.
  test.concurrent.each(cases as { name: string; steps: Step[] }[])('$name', async ({ name: title, steps }) => {
    const id = `${name}-${cases.findIndex((each) => each.name === title)}`.replaceAll(' ', '-')
    const store = join(folder, `store-${id}`)
    const told = new Map<string, unknown>()
    for (const [at, step] of steps.entries()) {
      const now = start + secondsIn(step.at ?? 0)
      const device = step.device === undefined ? 'laptop-1' : step.device
      spoil(store, step.store, harness.pid)
      server.play(id, { now, answers: step.answers ?? {} })
      const value = await harness.run({
        ...{ do: step.do, args: (step.args ?? []).map((argument) => written(argument, now)) },
        ...{
          apiKey: 'lk_test',
          server: step.server ? 'http://127.0.0.1:9' : server.urlOf(id),
          device,
          isBound: step.isBound ?? false,
        },
        ...{ store: step.store === 'unwritable' ? join(store, 'file', 'folder') : store },
        ...{ machine: step.machine ?? 'A', now, deadlineMs: step.answers && needsPatience(step) ? 250 : 5000 },
      })
      if (step.store === 'readOnly') mend(store, harness.pid)
      judge(`step ${at + 1}`, { value, asked: server.askedIn(id), told }, step.expect ?? {})
    }
  })

  test('shows the name of the product as it is', async () => {
    server.play('named', { now: start, answers: { activate: { code: 210 } } })
    const { why } = (await harness.run({
      ...{ do: 'activate', args: ['KEY-1'], apiKey: 'lk_test', server: server.urlOf('named'), isBound: false },
      ...{ store: join(folder, 'named'), device: 'laptop-1', machine: 'A', now: start, deadlineMs: 5000 },
    })) as { why: string }
    // A text of C ends at the first NUL.
    expect(why).toContain(toolchain.language === 'c' ? productName.replaceAll('\0', '\ufffd') : productName)
  })

  test('keeps one licence for several processes', async () => {
    const id = `${name}-shared`.replaceAll(' ', '-')
    server.play(id, { now: start, answers: {} })
    const step = { apiKey: 'lk_test', store: join(folder, 'shared'), device: 'laptop-1', isBound: false, machine: 'A' }
    const run = (process: Harness, method: string, args: unknown[], now: number) =>
      process.run({ ...step, do: method, args, server: server.urlOf(id), now, deadlineMs: 5000 })
    await run(harness, 'activate', ['KEY-1'], start)
    for (let round = 1; round <= 25; round++) {
      const checks = [run(harness, 'check', [true], start + round), run(other, 'check', [true], start + round)]
      for (const verdict of await Promise.all(checks)) expect(verdict).toMatchObject({ result: 'good', help: '' })
    }
  })

  // Mono locks no file against another process.
  const places = name === 'CSharp on Mono' ? ['the same process'] : ['the same process', 'another process']
  test.each(places)('loses no key that is entered during a check, in %s', async (place) => {
    const id = `${name}-entered-in-${place}`.replaceAll(' ', '-')
    const store = join(folder, `entered-in-${place}`)
    const step = { apiKey: 'lk_test', store, device: 'laptop-1', isBound: false, machine: 'A', deadlineMs: 5000 }
    const run = (process: Harness, method: string, args: unknown[]) =>
      process.run({ ...step, do: method, args, server: server.urlOf(id), now: start })
    server.play(id, { now: start, answers: {} })
    await run(harness, 'activate', ['KEY-1'])
    server.play(id, { now: start, answers: { verify: { delayMs: 500 } } })
    const check = run(harness, 'check', [true])
    await until('the check', () => server.askedIn(id).length > 0)
    const entered = run(place === 'another process' ? other : harness, 'activate', ['KEY-2'])
    for (const verdict of await Promise.all([check, entered])) expect(verdict).toMatchObject({ result: 'good' })
    await run(harness, 'check', [true])
    expect(server.askedIn(id).at(-2)!.fields).toMatchObject({ license_key: 'KEY-2' })
  })

  test.skipIf(!places.includes('another process'))('loses no file that is handed in during a check', async () => {
    const id = `${name}-handed-in`.replaceAll(' ', '-')
    const store = join(folder, 'handed-in')
    const step = { apiKey: 'lk_test', store, device: 'laptop-1', isBound: false, machine: 'A', deadlineMs: 5000 }
    const run = (process: Harness, method: string, args: unknown[]) =>
      process.run({ ...step, do: method, args, server: server.urlOf(id), now: start })
    server.play(id, { now: start, answers: {} })
    await run(harness, 'activate', ['KEY-1'])
    server.play(id, { now: start, answers: { verify: { delayMs: 500, code: 9503 } } })
    const check = run(harness, 'check', [true])
    await until('the check', () => server.askedIn(id).length > 0)
    const file = written({ file: {} }, start)
    expect(await run(other, 'useOfflineFile', [file])).toMatchObject({ result: 'good' })
    expect(await check).toMatchObject({ result: 'cannot tell' })
    expect(JSON.parse(readFileSync(fileIn(store), 'utf8')).file).toBe(file)
  })

  test('comes back apart from copies that were answered, or failed, together', async () => {
    const moments: Record<string, Set<unknown>> = {}
    for (const copy of ['1', '2', '3', '4', '5', '6']) {
      const store = join(folder, `copy-${copy}`)
      const step = { apiKey: 'lk_test', store, device: 'laptop-1', isBound: false, machine: 'A', deadlineMs: 5000 }
      server.play(`${name}-${copy}`.replaceAll(' ', '-'), { now: start, answers: {} })
      const url = server.urlOf(`${name}-${copy}`.replaceAll(' ', '-'))
      await harness.run({ ...step, do: 'activate', args: ['KEY-1'], server: url, now: start })
      await harness.run({ ...step, do: 'check', args: [true], server: 'http://127.0.0.1:9', now: start + 3600 })
      const { due, pausedUntil, paused_until } = JSON.parse(readFileSync(fileIn(store), 'utf8'))
      for (const [what, moment] of Object.entries({ due, paused: pausedUntil ?? paused_until })) {
        moments[what] = (moments[what] ?? new Set()).add(moment)
      }
    }
    expect(moments.due!.size).toBeGreaterThan(1)
    expect(moments.paused!.size).toBeGreaterThan(1)
  })

  test('never repeats a nonce, and names product, key and algorithm in each request', () => {
    expect(server.faults).toEqual([])
  })
})

/** A slow server is not waited for. */
const needsPatience = ({ answers }: Step) => /delayMs|dripMs/.test(JSON.stringify(answers))

/** An argument; a file is made as the server makes one. */
function written(argument: unknown, now: number) {
  if (typeof argument !== 'object' || argument === null || !('file' in argument)) return argument
  const asked = { licenseKey: 'KEY-1', device: 'laptop-1', graceDays: 1, now }
  return offlineFile(asked, argument.file as FileScript)
}

const fileIn = (store: string) => join(store, `license-${product}.json`)

/** What a process of this id may call the file that becomes the store. */
const freshFiles = (store: string, pid: number) => [`${fileIn(store)}.new`, `${fileIn(store)}.${pid}.new`]

function spoil(store: string, how: Step['store'], pid: number) {
  if (how === 'unwritable') {
    mkdirSync(store)
    writeFileSync(join(store, 'file'), '')
  }
  if (how === 'torn') writeFileSync(fileIn(store), readFileSync(fileIn(store), 'utf8').slice(0, 100))
  if (how === 'nonsense')
    writeFileSync(fileIn(store), '{"key":{"a":[]},"answer":5,"keys":"x","latest":"y","file":[7],"due":{}}')
  if (how === 'forged') {
    const memory = JSON.parse(readFileSync(fileIn(store), 'utf8'))
    const answer = JSON.parse(memory.answer)
    const later = { ...answer.response, timestamp: answer.response.timestamp + 1000 }
    const response_base64 = Buffer.from(JSON.stringify(later)).toString('base64')
    writeFileSync(
      fileIn(store),
      JSON.stringify({ ...memory, answer: JSON.stringify({ ...answer, response_base64 }), file: '{}' }),
    )
  }
  if (how === 'gone') rmSync(store, { recursive: true, force: true })
  // Also for root: a folder where the new file would be.
  if (how === 'readOnly') for (const fresh of freshFiles(store, pid)) mkdirSync(fresh)
}

function mend(store: string, pid: number) {
  for (const fresh of freshFiles(store, pid)) rmSync(fresh, { recursive: true })
  expect(readdirSync(store)).toEqual([`license-${product}.json`])
  chmodSync(store, 0o700)
}

interface Outcome {
  value: unknown
  asked: { endpoint: string; fields: Record<string, string> }[]
  told: Map<string, unknown>
}

function judge(where: string, { value, asked, told }: Outcome, expected: Expected) {
  const { asked: endpoints, sent, until, value: wanted, isText, same, differs, ...verdict } = expected
  const seen = `${where}: ${JSON.stringify(value)}`
  if ('result' in expected) {
    expect(value, seen).toMatchObject(verdict)
    const { why, help, result } = value as Record<string, string>
    expect(why, seen).toMatch(/^\p{Lu}.+\.$/su)
    if (result !== 'good') expect(help, seen).toMatch(/^\p{Lu}.+\.$/su)
  }
  if (until !== undefined) expect(value, seen).toMatchObject({ until: start + secondsIn(until) })
  if ('value' in expected) expect({ value }, seen).toMatchObject({ value: wanted })
  if (isText !== undefined) expect(typeof value === 'string' && value.length > 100, seen).toBe(isText)
  const named = same ?? differs
  if (named) {
    if (told.has(named)) expect(value === told.get(named), seen).toBe(same !== undefined)
    told.set(named, value)
    expect(String(value)).toMatch(/^[0-9a-f-]{32,64}$/)
  }
  const label = `${where}: ${asked.map(({ endpoint }) => endpoint)}`
  if (endpoints)
    expect(
      asked.map(({ endpoint }) => endpoint),
      label,
    ).toEqual(endpoints)
  if (sent) expect(asked[0]?.fields, label).toMatchObject(sent)
}
