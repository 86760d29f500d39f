import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import type { Measured } from '../../../src/bench/load'
import { milliseconds, type Row, rate, reaches } from '../../../src/bench/report'
import { keyAt, ownerAt } from '../../../src/bench/stock'
import { connect } from '../../../src/database/connection'
import { binary, device, loadOf, requireAnswer, type Setting } from '../setting'

const orders = 10_000
const ordersAtOnce = 100
const lines = 100_000
const p99MsMax = 50

/** Row 12: `verify` while a backup is taken, a file is imported and queued orders are filled and delivered. */
export async function besideRows(setting: Setting): Promise<Row[]> {
  const { many, size, load, effort } = setting
  const rounds = Math.min(size.rounds, Math.floor(size.available / orders))
  const server = await setting.latchkey(many, { env: { LATCHKEY_ALLOW_PRIVATE_WEBHOOKS: 'on' } })
  const shop = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('') })
  const verify = loadOf(many, { path: 'verify', body: device, keys: size.many })
  await requireAnswer(server.url, verify, 200)
  const run = () => load.run(server.url, verify, effort)
  await run()
  let round = 0
  async function beside(): Promise<Measured> {
    round++
    await putIn(server.url, many.token, `http://127.0.0.1:${shop.port}/round-${round}`)
    const { file, copy } = filesOf(many.path, round)
    const works = [
      ['backup', copy, '--without-keys'],
      ['import', file, '--yes'],
    ].map((args) => Bun.spawn([binary, ...args, '--data-dir', many.path], { env: {}, stdout: 'ignore' }))
    const measured = await run()
    if (works.some(({ exitCode }) => exitCode !== null)) console.error('row 12: a work beside ended before its round')
    for (const work of works) if ((await work.exited) !== 0) throw new Error('a work beside verify failed')
    for (const path of [file, copy]) rmSync(path)
    await drained(many.path)
    return measured
  }
  const measured = await interleaved(rounds, { alone: run, beside })
  await server.stop()
  await shop.stop(true)
  return [rowOf(measured)]
}

function rowOf({ alone, beside }: Record<'alone' | 'beside', Measured[]>): Row {
  const speeds = (some: Measured[]) => some.map(({ perSecond }) => perSecond)
  const p99 = (some: Measured[]) => median(some.map((one) => one.p99))
  const said = (some: Measured[]) => `${rate(median(speeds(some)))}, p99 ${milliseconds(p99(some))}`
  const ratio = ratioOf(speeds(beside), speeds(alone))
  const isFast = reaches(ratio, { atLeast: 0.5 })
  return {
    work: '12. verify beside a backup, an import and a queue',
    ours: said(beside),
    against: 'verify alone',
    theirs: said(alone),
    ratio,
    goal: `≥ 0.5, p99 ≤ ${p99MsMax} ms`,
    holds: isFast === undefined ? undefined : isFast && p99(beside) <= p99MsMax,
    rounds: { alone, beside },
  }
}

/** Orders whose outcome goes to that address. */
async function putIn(url: string, token: string, webhookUrl: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (let i = 0; i < orders; i += ordersAtOnce) {
    const answers = Array.from({ length: ordersAtOnce }, async (_, n) => {
      const order = {
        ...{ product_id: '2', quantity: 1, owner_name: 'Bench', owner_email: ownerAt(i + n) },
        ...{ webhook_url: webhookUrl, identifier: `${webhookUrl}-${i + n}` },
      }
      const options = { method: 'POST', headers, body: JSON.stringify(order) }
      return (await fetch(`${url}/api/v1/random-assign-license-keys-queued`, options)).ok
    })
    if (!(await Promise.all(answers)).every(Boolean)) throw new Error('an order was not taken')
  }
}

/** A file of new licences, and where the copy goes. */
function filesOf(folder: string, round: number) {
  const file = join(folder, `beside-${round}.csv`)
  const letters = `R${String(round).padStart(3, '0')}-SIDE`
  const rows = Array.from({ length: lines }, (_, i) => `${keyAt(i, letters)},1,3,365`)
  writeFileSync(file, `license_key,product,activation_limit,validity\n${rows.join('\n')}\n`)
  return { file, copy: join(folder, `beside-${round}.backup`) }
}

/** Until every order is filled and every delivery made; those that wait for their receiver's turn are not due yet. */
async function drained(folder: string) {
  const { raw, close } = connect(join(folder, 'latchkey.db'), { readonly: true })
  const left = raw.query<{ jobs: number }, []>(
    "select count(*) as jobs from jobs where kind in ('fulfil-order', 'deliver') and state in ('queued', 'running')",
  )
  while (left.get()!.jobs) await Bun.sleep(200)
  close()
}
