import { readdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import { internals, isAlive } from '../client'
import type { Run } from '../kind'
import type { Stage } from '../stage'
import { attacks } from './attacks'
import { dial, exchange, request, statusesIn } from './connection'

/** A device whose seat an honest client asks for in between. */
export interface Honest {
  readonly device: object
  isServed(): Promise<boolean>
}

const atOnce = 10
const mutilatedPerRound = 20

/** Every attack, and the mutilated honest request again and again; an honest client asks in between. */
export async function sayWhatNobodyShould(stage: Stage, honest: Honest, run: Run) {
  const { report, chance, rounds } = run
  const said = request('verify', honest.device, { authorization: `Bearer ${stage.apiKey}` })
  const again = Array.from({ length: rounds * mutilatedPerRound }, () => 'an honest request, mutilated')
  const names = [...Object.keys(attacks), ...again]
  while (names.length) {
    const some = names.splice(0, atOnce)
    await Promise.all(some.map((name) => attack(stage, { name, bytes: attacks[name]!(chance, said) }, run)))
    if (!(await honest.isServed())) report.find('hostile bytes: honest clients are served', { after: some })
  }
}

async function attack(stage: Stage, { name, bytes }: { name: string; bytes: string | Buffer }, { report }: Run) {
  const heard = await exchange(stage, Buffer.from(bytes))
  const statuses = statusesIn(heard)
  const evidence = { name, heard: heard.slice(0, 600) }
  if (internals.test(heard)) report.find('hostile bytes: no answer tells of internals', evidence)
  const isFailed = statuses.some((status) => status >= 500 && ![501, 505].includes(status))
  if (isFailed) report.find('hostile bytes: no request makes the server fail', evidence)
  const isSmuggled = name.startsWith('a request inside') && statuses.length > 1
  if (isSmuggled) report.find('hostile bytes: no request hides in another', evidence)
  report.count('inputs tried')
}

const pipelined = 300
const codesIn = (heard: string) => [...heard.matchAll(/^\{"response":\{"code":(\d+)/gm)].map(([, code]) => code)

/**
 * Many requests in one breath. Where answers take their time, they come in their order and none is skipped; the server may
 * hang up on the rest. What can be answered at once is answered to the last.
 */
export async function pipeline(stage: Stage, honest: Honest, { report }: Run) {
  const ask = (i: number) => request('verify', i % 2 ? honest.device : {}, { authorization: `Bearer ${stage.apiKey}` })
  const said = Buffer.from(Array.from({ length: pipelined }, (_, i) => ask(i)).join(''))
  const heard = await exchange(stage, said, (text) => codesIn(text).length === pipelined)
  const codes = codesIn(heard)
  const expected = Array.from({ length: pipelined }, (_, i) => (i % 2 ? '200' : '210'))
  report.count('pipelined requests answered', codes.length)
  if (codes.join() !== expected.slice(0, codes.length).join())
    report.find('hostile bytes: pipelined requests are answered in order', {
      heard: codes.length,
      codes: codes.slice(0, 20),
    })
  const calm = Buffer.from('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(pipelined))
  const good = (text: string) => text.split('HTTP/1.1 200').length - 1
  const answered = good(await exchange(stage, calm, (text) => good(text) === pipelined))
  report.count('pipelined requests answered', answered)
  if (answered !== pipelined)
    report.find('hostile bytes: pipelined requests that wait for nothing are all answered', { answered })
  report.count('inputs tried', 2 * pipelined)
}

const slowClients = { quick: 100, full: 400 }
const slowDrops = 12

/** Clients that say a byte at a time, in the head and in the body, while others want to be served. */
export async function dawdle(stage: Stage, honest: Honest, { report, isQuick }: Run) {
  const said = request('verify', honest.device, { authorization: `Bearer ${stage.apiKey}` })
  const body = said.indexOf('\r\n\r\n') + 4
  const starts = [said.slice(0, 20), said.slice(0, body - 6), said.slice(0, body), said.slice(0, body + 5)]
  const sockets = await dialMany(stage, slowClients[isQuick ? 'quick' : 'full'])
  for (const [i, socket] of sockets.entries()) socket.write(starts[i % starts.length]!)
  for (let drop = 0; drop < slowDrops; drop++) {
    for (const [i, socket] of sockets.entries())
      if (!socket.destroyed) socket.write(said[starts[i % starts.length]!.length + drop] ?? '')
    if (!(await honest.isServed())) report.find('hostile bytes: slow clients keep nobody waiting')
    await Bun.sleep(100)
  }
  for (const socket of sockets) socket.destroy()
  report.count('inputs tried', sockets.length)
}

const idleClients = { quick: 2000, full: 100_000 }
const ownSpare = 500

/** As many silent connections as this machine allows; then they go, and so does what they took. */
export async function sitIdle(stage: Stage, honest: Honest, { report, isQuick }: Run) {
  const allowed = Number(Bun.spawnSync(['sh', '-c', 'ulimit -n']).stdout) || 1024
  const count = Math.min(idleClients[isQuick ? 'quick' : 'full'], allowed - ownSpare)
  const before = handles(stage)
  const sockets = await dialMany(stage, count)
  report.most('idle connections at once', (await settledHandles(stage)) - before)
  if (!(await honest.isServed())) report.find('hostile bytes: idle connections keep nobody waiting')
  for (const socket of sockets) socket.destroy()
  const deadline = performance.now() + 60_000
  while (handles(stage) > before + 20 && performance.now() < deadline) await Bun.sleep(50)
  if (handles(stage) > before + 20)
    report.find('hostile bytes: a connection that is gone is let go', { before, after: handles(stage) })
  if (!(await isAlive(stage))) report.find('hostile bytes: the server lives on')
}

/** What the server holds once it has taken or refused all who wait at its door. */
async function settledHandles(stage: Stage) {
  for (let held = handles(stage); ; ) {
    await Bun.sleep(200)
    const now = handles(stage)
    if (now <= held) return now
    held = now
  }
}

const dialledAtOnce = 200

async function dialMany(stage: Stage, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Math.min(dialledAtOnce, count - sockets.length)
    sockets.push(...(await Promise.all(Array.from({ length: some }, () => dial(stage)))))
  }
  return sockets
}

/** How many files and sockets the server holds. */
export const handles = ({ server }: Stage) => readdirSync(`/proc/${server.pid}/fd`).length
