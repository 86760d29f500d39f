import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import { milliseconds, type Row, reaches } from '../../../src/bench/report'
import { bareBinary, device, loadOf, type Setting } from '../setting'

/** Row 10: from the start of the program to its first answer. */
export async function startRows(setting: Setting): Promise<Row[]> {
  const { many, size } = setting
  const body = JSON.stringify({ license_key: 'NOBODY', identifier: 'pc' })
  const first = async (start: () => ReturnType<Setting['beside']>) => {
    const from = performance.now()
    const server = await start()
    const headers = { authorization: `Bearer ${many.token}`, 'content-type': 'application/json' }
    await (await fetch(`${server.url}/api/v1/verify`, { method: 'POST', headers, body })).text()
    const took = performance.now() - from
    await server.stop()
    return took
  }
  const ours = () => first(() => setting.latchkey(many))
  const theirs = () => first(() => setting.beside([bareBinary, '1000']))
  await ours()
  await theirs()
  const rounds = await interleaved(size.rounds, { ours, theirs })
  const ratio = ratioOf(rounds.ours, rounds.theirs)
  const ms = median(rounds.ours)
  const isQuick = reaches(ratio, { atMost: 3 })
  return [
    {
      work: `10. start on ${size.many.toLocaleString('en')} keys to the first answer`,
      ours: milliseconds(ms),
      against: 'bare compiled Elysia',
      theirs: milliseconds(median(rounds.theirs)),
      ratio,
      goal: '≤ 3, ≤ 150 ms',
      holds: isQuick === undefined ? undefined : isQuick && ms <= 150,
      rounds,
    },
  ]
}

/** Row 11: resident memory but for pages of the database's file, idle and after many requests. */
export async function memoryRows(setting: Setting): Promise<Row[]> {
  const { many, size, load, effort } = setting
  const server = await setting.latchkey(many, { log: '/dev/null' })
  await Bun.sleep(5000)
  const idle = server.residentMb() ?? Number.NaN
  const verify = loadOf(many, { path: 'verify', body: device, keys: size.many })
  const marks: number[] = []
  for (let requests = 0; requests < size.verifies; ) {
    const measured = await load.run(server.url, verify, { ...effort, seconds: 10 })
    requests += measured.requests
    marks.push(server.residentMb() ?? Number.NaN)
  }
  await server.stop()
  const last = marks.at(-1) ?? Number.NaN
  // Memory goes up and down as it is collected: each mark says little, their middle does not lie.
  const half = Math.ceil(marks.length / 2)
  const isFlat = median(marks.slice(-half)) <= median(marks.slice(0, half)) * 1.1
  const megabytes = (mb: number) => `${Math.round(mb)} MB`
  const nothing = { against: '', theirs: '' }
  return [
    { work: '11. resident memory, idle', ours: megabytes(idle), ...nothing, goal: '≤ 80 MB', holds: idle <= 80 },
    {
      work: `11. after ${size.verifies.toLocaleString('en')} verifies`,
      ours: `${megabytes(last)}${isFlat ? ', flat' : ', growing'}`,
      ...nothing,
      goal: '≤ 200 MB and flat',
      holds: last <= 200 && isFlat,
      rounds: marks,
    },
  ]
}
