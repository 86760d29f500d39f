import { join } from 'node:path'
import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import type { Measured } from '../../../src/bench/load'
import { cores, pinned } from '../../../src/bench/process'
import { milliseconds, type Row, rate, reaches } from '../../../src/bench/report'
import { device, loadOf, requireAnswer, root, type Setting } from '../setting'

const hostilePerSecond = 1000

/** A round beside strangers: how many they were, and how many signatures were made, both a second. */
interface Besieged extends Measured {
  hostile: number
  signatures: number
}

/** Row 13: `verify` beside strangers who ask a thousand times a second what they must not, against `verify` alone. */
export async function hostileRows(setting: Setting): Promise<Row[]> {
  const { many, size, load, effort } = setting
  const server = await setting.latchkey(many, { env: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } })
  const verify = loadOf(many, { path: 'verify', body: device, keys: size.many })
  await requireAnswer(server.url, verify, 200)
  const alone = () => load.run(server.url, verify, effort)
  const beside = async (): Promise<Besieged> => {
    const before = await signaturesOf(server.url)
    const [measured, hostile] = await Promise.all([alone(), besiege(server.url, many.token, effort.seconds)])
    return { ...measured, hostile, signatures: ((await signaturesOf(server.url)) - before) / effort.seconds }
  }
  await alone()
  await beside()
  const besieged: Besieged[] = []
  const rounds = await interleaved(size.rounds, {
    beside: async () => {
      const round = await beside()
      besieged.push(round)
      return round as Measured
    },
    alone,
  })
  await server.stop()
  const speeds = (some: { perSecond: number }[]) => some.map(({ perSecond }) => perSecond)
  const tails = (some: { p50: number; p99: number }[]) =>
    (['p50', 'p99'] as const).map((name) => milliseconds(median(some.map((one) => one[name])))).join(' / ')
  const ratio = ratioOf(speeds(rounds.beside), speeds(rounds.alone))
  const hostile = median(besieged.map((one) => one.hostile))
  const signatures = median(besieged.map((one) => one.signatures))
  return [
    {
      work: `13. verify beside ${rate(hostile)} hostile requests`,
      ours: `${rate(median(speeds(rounds.beside)))}, ${rate(signatures)} signed`,
      against: 'verify alone',
      theirs: rate(median(speeds(rounds.alone))),
      ratio,
      goal: '≥ 0.5',
      holds: reaches(ratio, { atLeast: 0.5 }),
      rounds,
    },
    {
      work: '13. its p50 / p99',
      ours: tails(rounds.beside),
      against: 'verify alone',
      theirs: tails(rounds.alone),
      goal: 'p99 < 50 ms',
      holds: median(rounds.beside.map(({ p99 }) => p99)) < 50,
    },
  ]
}

/** How many of the hostile requests were answered a second; they come from the core the server does not have. */
async function besiege(url: string, token: string, seconds: number) {
  const script = join(root, 'test/bench/against/strangers.ts')
  const command = [process.execPath, script, url, token, String(seconds), String(hostilePerSecond)]
  const child = Bun.spawn(pinned(cores().load, command), { stdout: 'pipe', stderr: 'inherit' })
  return Number(await new Response(child.stdout).text())
}

/** How many signatures a server has made so far. */
async function signaturesOf(url: string) {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^latchkey_signatures_total\{kind="made"\} (\d+)$/m.exec(text)?.[1])
}
