import { join } from 'node:path'
import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import { makeFolder } from '../../../src/bench/folder'
import { type Row, rate, reaches } from '../../../src/bench/report'
import { loadOf, requireAnswer, root, type Setting } from '../setting'

const fresh = '{"license_key":"{key}","identifier":"{unique}"}'
const order = '{"product_id":"2","quantity":1,"owner_name":"Bench","owner_email":"{unique}@example.com"}'
const callsPerRound = 100
const keysPerCall = 1000

/** Rows 5 to 7: seats taken, keys assigned, keys generated, each on disk before its answer. */
export async function writeRows(setting: Setting): Promise<Row[]> {
  const { size, load, effort } = setting
  const keys = Math.min(size.many, 100_000)
  const folder = await makeFolder({ keys, available: size.available })
  const other = await makeFolder({ keys, available: 0 })
  const server = await setting.latchkey(folder)
  const loads = {
    activate: loadOf(folder, { path: 'activate', body: fresh, keys }),
    assign: loadOf(folder, { path: 'random-assign-license-keys', body: order, keys: 1 }),
  }
  await requireAnswer(server.url, loads.activate, 300)
  await requireAnswer(server.url, loads.assign, 803)
  const run = (name: keyof typeof loads) => async () => (await load.run(server.url, loads[name], effort)).perSecond
  await run('activate')()
  const bare = (...args: string[]) => bareStatements(join(other.path, 'latchkey.db'), ...args)
  const seats = await interleaved(size.rounds, {
    activate: run('activate'),
    bare: () => bare('activate', String(keys), String(effort.seconds)),
    assign: run('assign'),
  })
  const made = await interleaved(size.rounds, {
    generate: () => generate(server.url, folder.token),
    bare: () => bare('generate', String(callsPerRound * keysPerCall)),
  })
  await server.stop()
  folder.remove()
  other.remove()
  return [
    row('5. activate', seats.activate, 'the same statements in groups of 64, no HTTP', seats.bare, 0.7),
    row('6. random-assign of 1 key', seats.assign, 'activate', seats.activate, 0.7),
    row('7. generate, keys in calls of 1,000', made.generate, 'as many bare inserts, one transaction', made.bare, 0.5),
  ]
}

function row(work: string, ours: number[], against: string, theirs: number[], atLeast: number): Row {
  const ratio = ratioOf(ours, theirs)
  const holds = reaches(ratio, { atLeast })
  const figures = { ours: rate(median(ours)), against, theirs: rate(median(theirs)) }
  return { work, ...figures, ratio, goal: `≥ ${atLeast}`, holds, rounds: { ours, theirs } }
}

/** Keys a second, one call after the other. */
async function generate(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ generator_id: 1, quantity: keysPerCall, activation_limit: 1, validity: 365 })
  const startedAt = performance.now()
  for (let i = 0; i < callsPerRound; i++) {
    const answer = await (await fetch(`${url}/api/v1/generate`, { method: 'POST', headers, body })).text()
    if (!answer.includes('"code":815')) throw new Error(answer.slice(0, 300))
  }
  return (callsPerRound * keysPerCall * 1000) / (performance.now() - startedAt)
}

/** Rows a second, measured in a process of its own on the server's core. */
async function bareStatements(...args: string[]) {
  const pin = Bun.which('taskset') ? ['taskset', '-c', '0'] : []
  const script = join(root, 'test/bench/against/statements.ts')
  const child = Bun.spawn([...pin, process.execPath, script, ...args], { stdout: 'pipe', stderr: 'inherit' })
  return Number(await new Response(child.stdout).text())
}
