import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import type { Measured } from '../../../src/bench/load'
import type { Served } from '../../../src/bench/process'
import { milliseconds, type Row, rate, reaches } from '../../../src/bench/report'
import { bareBinary, device, loadOf, requireAnswer, type Setting } from '../setting'

interface Timed extends Measured {
  cpuMicros: number | undefined
}

const warmUpRequests = 100_000
const wakingSeconds = 2

/** Rows 1 and 3: `verify` on many and on few keys, against the framework alone. */
export async function verifyRows(setting: Setting): Promise<Row[]> {
  const { many, few, size, load, effort } = setting
  const loads = {
    many: loadOf(many, { path: 'verify', body: device, keys: size.many }),
    few: loadOf(few, { path: 'verify', body: device, keys: size.few }),
  }
  const [onMany, onFew] = [await setting.latchkey(many), await setting.latchkey(few)]
  const bytes = await requireAnswer(onMany.url, loads.many, 200)
  await requireAnswer(onFew.url, loads.few, 200)
  const bare = await setting.beside([bareBinary, String(bytes)])
  const timed = (server: Served, name: keyof typeof loads) => async (): Promise<Timed> => {
    // A server that has idled while the others had their turn takes a moment to be as fast as it was.
    await load.run(server.url, loads[name], { ...effort, seconds: wakingSeconds })
    const before = server.cpuSeconds()
    const measured = await load.run(server.url, loads[name], effort)
    const used = before === undefined ? undefined : server.cpuSeconds()! - before
    return { ...measured, cpuMicros: used && (used * 1e6) / measured.requests }
  }
  const contestants = { bare: timed(bare, 'many'), many: timed(onMany, 'many'), few: timed(onFew, 'few') }
  await warmUp(contestants)
  const rounds = await interleaved(size.rounds, contestants)
  for (const server of [bare, onMany, onFew]) await server.stop()
  return [
    against('1', `verify, ${size.many.toLocaleString('en')} keys`, rounds.many, rounds.bare, 0.5),
    against('1', `verify, ${size.few.toLocaleString('en')} keys`, rounds.few, rounds.bare, 0.6),
    tail(rounds.many, rounds.bare),
    {
      ...against('3', `verify, ${size.many.toLocaleString('en')} keys`, rounds.many, rounds.few, 0.8),
      against: `on ${size.few.toLocaleString('en')}`,
    },
  ]
}

/** The compiler must have seen the work before it is measured. */
async function warmUp(contestants: Record<string, () => Promise<Measured>>) {
  for (const run of Object.values(contestants)) {
    for (let requests = 0, tries = 0; requests < warmUpRequests && tries < 10; tries++)
      requests += (await run()).requests
  }
}

function against(number: string, work: string, ours: Timed[], theirs: Timed[], atLeast: number): Row {
  const ratio = ratioOf(speeds(ours), speeds(theirs))
  const described = (some: Timed[]) => `${rate(median(speeds(some)))}, ${cpuOf(some)}`
  return {
    work: `${number}. ${work}`,
    ours: described(ours),
    against: 'bare Elysia route',
    theirs: described(theirs),
    ratio,
    goal: `≥ ${atLeast}`,
    holds: reaches(ratio, { atLeast }),
    rounds: { ours, theirs },
  }
}

function tail(ours: Timed[], theirs: Timed[]): Row {
  const ratio = ratioOf(
    ours.map(({ p99 }) => p99),
    theirs.map(({ p99 }) => p99),
  )
  const described = (some: Timed[]) =>
    (['p50', 'p99', 'max'] as const).map((name) => milliseconds(median(some.map((one) => one[name])))).join(' / ')
  return {
    work: '1. its p50 / p99 / max',
    ours: described(ours),
    against: 'bare Elysia route',
    theirs: described(theirs),
    ratio,
    goal: 'p99 ≤ 4',
    holds: reaches(ratio, { atMost: 4 }),
  }
}

const speeds = (some: Timed[]) => some.map(({ perSecond }) => perSecond)

const cpuOf = (some: Timed[]) => {
  const known = some.flatMap(({ cpuMicros }) => cpuMicros ?? [])
  return known.length ? `${median(known).toFixed(0)} µs CPU` : ''
}
