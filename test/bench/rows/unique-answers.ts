import { generateKeyPairSync, sign } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import type { BenchFolder } from '../../../src/bench/folder'
import { bestLoadMaker } from '../../../src/bench/load'
import { milliseconds, type Row, rate, reaches } from '../../../src/bench/report'
import { device, folderWith, loadOf, requireAnswer, type Setting } from '../setting'

const keys = 10_000
const signAsync = promisify(sign)

/** Row 4: answers that are all different, both cores, against the fastest signer there is for that key. */
export async function uniqueAnswerRows(setting: Setting): Promise<Row[]> {
  const large = await folderWith(4096, keys)
  const small = await folderWith(2048, keys)
  const rows = [
    ...(await rowsFor(setting, large, 'RSA-4096', 'openssl speed -multi', opensslRate)),
    ...(await rowsFor(setting, small, 'RSA-2048', "Bun's asynchronous signer in a loop", bareSigner())),
  ]
  large.remove()
  small.remove()
  return rows
}

type Ceiling = (seconds: number) => Promise<number>

async function rowsFor(setting: Setting, folder: BenchFolder, name: string, against: string, ceiling: Ceiling) {
  const { size, effort } = setting
  const server = await setting.latchkey(folder, { isPinned: false })
  const load = bestLoadMaker()
  const details = loadOf(folder, { path: 'get-license-key-details', body: device, keys })
  const verify = loadOf(folder, { path: 'verify', body: device, keys })
  await requireAnswer(server.url, details, 500)
  await load.run(server.url, details, effort)
  const before = await lagBuckets(server.url)
  const rounds = await interleaved(size.rounds, {
    ours: async () => (await load.run(server.url, details, effort)).perSecond,
    theirs: () => ceiling(effort.seconds),
  })
  const [, beside] = await Promise.all([
    load.run(server.url, details, effort),
    load.run(server.url, verify, { connections: 4, seconds: effort.seconds }),
  ])
  const lag = quantileOf(before, await lagBuckets(server.url), 0.99)
  await server.stop()
  const ratio = ratioOf(rounds.ours, rounds.theirs)
  const what = `4. get-license-key-details, ${name}`
  const nothing = { against: '', theirs: '' }
  return [
    {
      work: what,
      ours: rate(median(rounds.ours)),
      against,
      theirs: rate(median(rounds.theirs)),
      ratio,
      goal: '≥ 0.9',
      holds: reaches(ratio, { atLeast: 0.9 }),
      rounds,
    },
    {
      work: '4. event-loop lag meanwhile, p99',
      ours: `≤ ${milliseconds(lag)}`,
      ...nothing,
      goal: '< 10 ms',
      holds: lag <= 10,
    },
    {
      work: '4. verify beside it, p99',
      ours: milliseconds(beside.p99),
      ...nothing,
      goal: '< 20 ms',
      holds: beside.p99 < 20,
    },
  ] satisfies Row[]
}

async function opensslRate(seconds: number) {
  const cores = String(availableParallelism())
  const child = Bun.spawn(['openssl', 'speed', '-seconds', String(seconds), '-multi', cores, 'rsa4096'], {
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const line = /^rsa\s*4096 bits.*$/m.exec(await new Response(child.stdout).text())?.[0]
  return Number(line?.trim().split(/\s+/)[5])
}

function bareSigner(): Ceiling {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const text = Buffer.alloc(700, 'x')
  return async (seconds) => {
    const startedAt = performance.now()
    let made = 0
    const keepSigning = async () => {
      while (performance.now() - startedAt < seconds * 1000) {
        await signAsync('sha256', text, privateKey)
        made++
      }
    }
    await Promise.all(Array.from({ length: 16 }, keepSigning))
    return (made * 1000) / (performance.now() - startedAt)
  }
}

type Buckets = [leSeconds: number, count: number][]

async function lagBuckets(url: string): Promise<Buckets> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return [...text.matchAll(/^latchkey_event_loop_lag_seconds_bucket\{le="(.*?)"\} (\d+)$/gm)].map(([, le, count]) => [
    le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
    Number(count),
  ])
}

/** The upper bound, in milliseconds, of the bucket that a quantile of what came since lies in. */
function quantileOf(before: Buckets, after: Buckets, share: number) {
  const grown = after.map(([le, count], i): [number, number] => [le, count - before[i]![1]])
  const all = grown.at(-1)![1]
  return grown.find(([, count]) => count >= all * share)![0] * 1000
}
