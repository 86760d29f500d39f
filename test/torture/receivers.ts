import { readFileSync } from 'node:fs'
import { type Receiver, receive } from '../support/receiver'
import { type Ask, openClient } from './client'
import { look, requireSound } from './holdings'
import type { Kind, Run } from './kind'
import { makeLine, makeProduct, require } from './load/shop'
import { openBadReceivers } from './receivers/bad'
import { openNameServer } from './receivers/name-server'
import { setStage } from './stage'

const roundsPerTime = 50
const ordersEach = 40
const eventsEach = 5
const patienceMs = 120_000
const growthMiBMax = 256
const watchedMs = { quick: 4000, full: 25_000 }

/** Posts to receivers that do what none should, beside one that behaves: that one is served, and memory stays flat. */
export const receivers: Kind = async (run) => {
  for (let time = 0; time < Math.ceil(run.rounds / roundsPerTime); time++) {
    await besideBadOnes(run)
    await turningNames(run)
  }
}

/** Queues orders whose outcome goes to a URL; each has a name of its own. */
async function queueOrders(ask: Ask, product_id: number, { url, count }: { url: string; count: number }) {
  const queue = async (_: unknown, i: number) => {
    const order = { product_id, generate: 1, webhook_url: `${url}/${i}`, identifier: `${url} ${i}` }
    require(await ask('random-assign-license-keys-queued', order), 807)
  }
  await Promise.all(Array.from({ length: count }, queue))
}

async function besideBadOnes({ report, isQuick }: Run) {
  const stage = await setStage(report, { env: { LATCHKEY_ALLOW_PRIVATE_WEBHOOKS: 'on' } })
  const bad = await openBadReceivers()
  const good = receive()
  try {
    await stage.start()
    const ask = openClient(stage, report)
    for (const [name, url] of Object.entries(bad.urls)) {
      const added = await stage.cli('webhook', 'add', '--name', name, '--url', url, '--events', 'product.created')
      if (added.exitCode !== 0) throw new Error(added.err)
    }
    const { product } = await makeLine(stage, ask, 'orders')
    for (let i = 0; i < eventsEach; i++) await makeProduct(ask, `news ${i}`)
    const before = residentMiB(stage.server.pid)
    await Promise.all(Object.values(bad.urls).map((url) => queueOrders(ask, product, { url, count: ordersEach })))
    await queueOrders(ask, product, { url: good.url, count: ordersEach })
    await allArrive(good, ordersEach, `receivers: a receiver that behaves is not kept waiting by others`, report)
    const until = performance.now() + watchedMs[isQuick ? 'quick' : 'full']
    while (performance.now() < until) {
      const grown = residentMiB(stage.server.pid) - before
      report.most('memory growth under bad receivers, MiB', grown)
      if (grown > growthMiBMax) report.find('receivers: memory stays flat', { grown })
      await Bun.sleep(250)
    }
    await queueOrders(ask, product, { url: `${good.url}/again`, count: ordersEach })
    await allArrive(good, 2 * ordersEach, `receivers: nor is it later`, report)
    if (bad.trap.seen) report.find('receivers: no redirect is followed')
    await requireSound(stage, report)
    report.say(`receivers: ${Object.keys(bad.urls).join(', ')}`)
  } finally {
    await stage.remove()
    await bad.close()
    await good.close()
  }
}

async function allArrive(good: Receiver, count: number, promise: string, report: Run['report']) {
  const deadline = performance.now() + patienceMs
  const arrived = () => new Set(good.messages.map(({ url }) => url)).size
  while (arrived() < count && performance.now() < deadline) await Bun.sleep(20)
  if (arrived() < count) report.find(promise, { arrived: arrived(), of: count })
  report.count('webhooks received', good.messages.length)
}

const residentMiB = (pid: number) =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024

/** Of the two addresses a name leads to in turn, one is allowed; nothing may ever arrive at the other. */
async function turningNames({ report }: Run) {
  const names = await openNameServer(['127.0.0.1', '127.0.0.2'])
  if (!names) return report.leaveOut('receivers that resolve to two addresses in turn', 'port 53 cannot be listened on')
  const stage = await setStage(report, { env: { LATCHKEY_WEBHOOK_ALLOW_LIST: '127.0.0.1' } })
  const good = receive()
  let trapped = 0
  const { port } = new URL(good.url)
  const count = () => {
    trapped++
  }
  const trap = Bun.listen({ hostname: '127.0.0.2', port: Number(port), socket: { data() {}, open: count } })
  try {
    await stage.start({ behind: names.behind })
    const ask = openClient(stage, report)
    const { product } = await makeLine(stage, ask, 'orders')
    await queueOrders(ask, product, { url: `http://turning.example.com:${port}`, count: ordersEach })
    const attempts = () => look(stage.folder, (raw) => raw.query('select error from delivery_attempts').values().flat())
    const deadline = performance.now() + patienceMs
    while (attempts().length < ordersEach && performance.now() < deadline) await Bun.sleep(50)
    const refused = attempts().filter((error) => /127\.0\.0\.2 is a private/.test(String(error)))
    if (trapped) report.find('receivers: nothing goes to an address that was not checked', { trapped })
    if (!refused.length || !good.messages.length) {
      report.find('receivers: each look-up is judged for itself', { refused: refused.length, errors: attempts() })
    }
    report.count('names looked up', names.asked)
    report.say('receivers: names that lead to two addresses in turn')
  } finally {
    trap.stop(true)
    await stage.remove()
    await good.close()
    names.close()
  }
}
