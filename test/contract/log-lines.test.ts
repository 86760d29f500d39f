import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { databaseOf } from '../support/databases'
import { binary, speakTo, urlFrom } from '../support/installation'
import { emptyFolder } from '../support/process'
import { openRaw } from '../support/raw'

// A server that is a process of its own.
setDefaultTimeout(60_000)

const program = binary ? [binary] : [process.execPath, join(import.meta.dir, '../../src/main.ts')]

const folder = emptyFolder()
afterAll(folder.remove)
const data = join(folder.path, 'data')

type Line = Record<string, unknown> & { event?: string }

/** A server's life: what it said on each stream, and what requests were answered. */
async function lifeOf(kind: string, live: (url: string) => Promise<void>) {
  const args = ['serve', '--port', '0', '--log', kind, '--data-dir', data]
  const child = Bun.spawn([...program, ...args], {
    env: databaseOf(data),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [forUrl, forWords] = child.stderr.tee()
  const said = [new Response(child.stdout).text(), new Response(forWords).text()] as const
  try {
    await live(await urlFrom(forUrl))
  } finally {
    child.kill('SIGTERM')
  }
  expect(await child.exited).toBe(0)
  const [out, err] = await Promise.all(said)
  return { out: out.trimEnd().split('\n'), err: err.trimEnd().split('\n') }
}

let apiKey: string
let token: string
beforeAll(async () => {
  await speakTo(data, 'init', '--bits', '2048')
  apiKey = (await speakTo(data, 'api-key', 'create', '--name', 'app', '--preset', 'all', '--json')).json.api_key
  await speakTo(data, 'user', 'create', '--name', 'ada', '--role', 'owner')
  token = (await speakTo(data, 'user', 'tokens', 'create', 'ada', '--name', 'x', '--json')).json.token
})

test('a server whose log is JSON says nothing that is not, and each fault names the request as its sender knows it', async () => {
  const ids: (string | null)[] = []
  const { out, err } = await lifeOf('json', async (url) => {
    const vandal = openRaw(data)
    vandal.run('alter table licenses rename to licenses_gone')
    const ask = async (path: string, secret: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${secret}`, ...headers } })
      expect(answer.status).toBe(500)
      ids.push(answer.headers.get('x-request-id'))
    }
    const list = '/api/v1/get-license-keys'
    await ask(list, apiKey, { 'x-request-id': 'of-the-client' })
    await ask(list, apiKey)
    await ask('/admin/api/licenses', token)
    vandal.run('alter table licenses_gone rename to licenses')
    vandal.close()
  })
  const lines = [...out, ...err].map((line): Line => JSON.parse(line))
  expect(lines.map(({ event }) => event)).toEqual(
    expect.arrayContaining([expect.stringContaining('Latchkey listens on'), expect.stringContaining('Stopping')]),
  )
  expect(ids[0]).toBe('of-the-client')
  const faults = lines.filter(({ event }) => event === 'fault')
  expect(faults.map(({ request_id }) => request_id)).toEqual(ids)
  const requests = lines.filter(({ status }) => status === 500)
  expect(requests.map(({ request_id }) => request_id)).toEqual(ids)
})

test('a request that no route takes has an id in its answer and in the log', async () => {
  let id: string | null = null
  const { out } = await lifeOf('json', async (url) => {
    id = (await fetch(`${url}/nothing/here`)).headers.get('x-request-id')
  })
  expect(id).toBeString()
  expect(out.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ status: 404, request_id: id }))
})

test('a server whose log is not JSON speaks in sentences', async () => {
  const { err } = await lifeOf('pretty', async () => {})
  expect(err[0]).toStartWith('Latchkey listens on http://')
  expect(err.at(-1)).toBe('Stopping: finishing what runs.')
})
