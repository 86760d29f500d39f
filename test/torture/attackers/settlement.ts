import { look } from '../holdings'
import type { Report } from '../report'
import type { Costs } from './costs'
import type { Scene } from './scene'
import { readState, type State, unlawfulChanges } from './state'
import { limits } from './target'

type Settled = Pick<Scene, 'target' | 'world' | 'claims' | 'found' | 'count'>

/** Holds the database, and what operators read of it, against what was answered. Returns the bytes of telemetry kept. */
export async function settle(scene: Settled, before: State, startedAt: number) {
  const { target, claims, found } = scene
  const after = readState(target.stage.folder)
  const unlawful = unlawfulChanges(before, after, claims.permissions)
  if (unlawful.length) found('nothing changes that nobody may change', { unlawful: unlawful.slice(0, 5) })
  requireSales(scene, after)
  await requireCounts(scene, after)
  return requireBounds(scene, (performance.now() - startedAt) / 60_000)
}

/** What was sold is the order's, and nothing else was; what was drawn is the contract's. */
function requireSales({ claims, found, world }: Settled, after: State) {
  for (const key of claims.sold.keys())
    if (after.get(`license ${key}`)?.status !== 'assigned') found('what was sold is the buyer’s', { key })
  const gone = world.stock.filter((key) => after.get(`license ${key}`)?.status !== 'available')
  const unaccounted = gone.filter((key) => !claims.sold.has(key))
  if (unaccounted.length) found('what leaves the stock was sold', { unaccounted })
  for (const key of claims.drawn) if (!after.get(`license ${key}`)) found('what was drawn is there', { key })
  for (const code of claims.purchaseCodes) {
    const bare = (text: string) => text.toLowerCase().replace(/[^0-9a-f]/g, '')
    const made = [...after.keys()].filter(
      (place) => place.startsWith('license ') && bare(place.slice(8)) === bare(code),
    )
    if (made.length > 1) found('a purchase code is one licence', { made })
  }
}

/** What operators read, and what shops count, is what the database holds. */
async function requireCounts({ target, world, found }: Settled, after: State) {
  const rows = (kind: string) => [...after].filter(([place]) => place.startsWith(`${kind} `)).map(([, row]) => row!)
  for (const { id } of [world.contracts.own, ...world.contracts.others]) {
    const held = rows('license').filter((row) => row.contract_id === id).length
    const { license_keys_count: told } = await target.manage(`GET /contracts/${id}`)
    if (Number(told) !== held) found('operators read what there is', { contract: id, told, held })
  }
  const { key, seats } = world.own
  const taken = [...after.keys()].filter((place) => place.startsWith(`seat ${key} `))
  if (taken.length > world.seatsOwn || !taken.includes(`seat ${key} ${seats[0]}`))
    found('seats are as many as were sold', { taken, limit: world.seatsOwn })
}

/** Telemetry and seats by the minutes that the round took. Returns the bytes of telemetry. */
function requireBounds({ target, world, claims, found }: Settled, minutes: number): number {
  const { records, bytes, seats } = look(target.stage.folder, (raw) => ({
    ...raw
      .query<{ records: number; bytes: number }, [string]>(
        `select count(*) as records, coalesce(sum(length(coalesce(data, '')) + length(coalesce(license_key, ''))
         + length(coalesce(user_identifier, '')) + length(coalesce(data_group, '')) + length(coalesce(hwid, ''))
         + length(coalesce(country, '')) + length(coalesce(flags, '')) + length(coalesce(metadata, ''))), 0) as bytes
         from telemetry where activation_identifier = ?`,
      )
      .get(`round ${world.round}`)!,
    ...raw
      .query<{ seats: number }, [number]>('select count(*) as seats from activations where license_id = ?')
      .get(world.own.id)!,
  }))
  if (records !== claims.telemetry)
    found('telemetry is kept as it was answered', { records, answered: claims.telemetry })
  // Each of the two keys may spend a minute's share, what it has earned since, and overdraw it by one record.
  const keyBytes = limits.telemetryKilobytes * 1024 * (1 + minutes) + 2 ** 20
  if (bytes > 2 * keyBytes) found('telemetry is bounded in bytes', { bytes, records })
  const seatsMax = limits.freedSeats * (1 + minutes) + 2 * world.seatsOwn
  if (seats > seatsMax) found('seats that are taken and freed are bounded', { seats, seatsMax })
  return bytes
}

/** On average of a round, beside the telemetry that it kept, which has a bound of its own. */
const bytesEachMax = 16 * 1024
const processorMsEachMax = 25
const residentMiBMax = 450

/** What hostile requests may cost. */
export function requireCheap(
  { found, report }: Pick<Settled, 'found'> & { report: Report },
  {
    before,
    after,
    requests,
    telemetryBytes,
  }: { before: Costs; after: Costs; requests: number; telemetryBytes: number },
) {
  const bytesEach = (after.diskBytes - before.diskBytes - telemetryBytes) / requests
  const processorMsEach = (after.processorMs - before.processorMs) / requests
  const evidence = { requests, bytesEach, processorMsEach, peakMiB: after.peakMiB }
  if (bytesEach > bytesEachMax) found('a hostile request leaves little behind', evidence)
  if (processorMsEach > processorMsEachMax) found('a hostile request takes little time', evidence)
  if (after.peakMiB > residentMiBMax) found('hostile requests take little memory', evidence)
  report.count('bytes left on disk', Math.max(0, after.diskBytes - before.diskBytes))
  report.most('attackers: bytes that a request of a round leaves on average, at most', bytesEach)
  report.most('attackers: processor time that it takes, at most, ms', processorMsEach)
  report.most('attackers: memory at most, MiB', after.peakMiB)
}
