import type { Activation } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { cursorAt, type Page, type PageRequest, type Place, placeOf } from '../../database/page'
import {
  findLastSighting,
  listSightings,
  mapActivations,
  type Sighting,
  type SightingFilter,
  scanActivations,
} from './sightings-store'

// A few milliseconds of work, after which other requests are served.
const idsPerStep = 16_384

interface Nearest extends SightingFilter {
  after: Sighting
  isDown: boolean
  limit: number
}

/** The place before the latest verification, or before the earliest. */
export const firstPlace = (isDown: boolean): Sighting =>
  isDown ? { at: Number.MAX_SAFE_INTEGER, id: 0 } : { at: -1, id: 0 }

/**
 * The verifications that come next in the order of last use. No index has that order, since times of last use change
 * more often than anything else: each call reads all of them, some thousand at a time, and sorts only those that come
 * before the last one found.
 */
export async function nearestSightings(reader: () => Queryable, wanted: Nearest): Promise<Sighting[]> {
  const { isDown, limit } = wanted
  const last = await findLastSighting(reader())
  let found: Sighting[] = []
  for (let first = 1; first <= last; first += idsPerStep) {
    const until = found.length === limit ? found.at(-1)!.at : firstPlace(!isDown).at
    const some = await listSightings(reader(), { ...wanted, first, last: first + idsPerStep - 1, until })
    if (some.length) found = [...found, ...some].sort(isDown ? (a, b) => compare(b, a) : compare).slice(0, limit)
    await new Promise((resume) => setImmediate(resume))
  }
  return found
}

const compare = (a: Sighting, b: Sighting) => a.at - b.at || a.id - b.id

/** A page of all seats in the order of last use; the never verified come before all others, as null does. */
export async function pageBySighting(
  reader: () => Queryable,
  filter: SightingFilter,
  wanted: PageRequest & { budgetMs: number | undefined },
): Promise<Page<Activation>> {
  const { sort, after, limit } = wanted
  const isDown = sort.startsWith('-')
  const seen = (place: Sighting, count: number) => seenPart(reader, filter, { place, isDown, count })
  const neverSeen = (id: number | undefined, count: number) =>
    neverSeenPart(reader, filter, { ...wanted, sort: isDown ? '-id' : 'id', id, count })
  const place = after === undefined ? undefined : placeOf(after, sort)
  const isAmongSeen = place ? place.at !== null : isDown
  const first = isAmongSeen
    ? await seen(place ? sightingAt(place) : firstPlace(isDown), limit)
    : await neverSeen(place && Number(place.id), limit)
  // Both orders have two parts, and this page may have begun in the second one.
  const isLastPart = isAmongSeen !== isDown
  const page = (rows: Activation[], next: Place | undefined) => ({ rows, next: next ? cursorAt(sort, next) : null })
  if (first.next || isLastPart) return page(first.rows, first.next)
  const left = limit - first.rows.length
  if (!left) return page(first.rows, isDown ? { at: null, id: Number.MAX_SAFE_INTEGER } : firstPlace(isDown))
  const second = isDown ? await neverSeen(undefined, left) : await seen(firstPlace(isDown), left)
  return page([...first.rows, ...second.rows], second.next)
}

const sightingAt = ({ at, id }: Place): Sighting => ({ at: Number(at), id: Number(id) })

/** Some rows, and the place where they go on; undefined at the end. */
interface Part {
  rows: Activation[]
  next: Place | undefined
}

async function seenPart(
  reader: () => Queryable,
  filter: SightingFilter,
  { place, isDown, count }: { place: Sighting; isDown: boolean; count: number },
): Promise<Part> {
  const found = await nearestSightings(reader, { ...filter, after: place, isDown, limit: count + 1 })
  const shown = found.slice(0, count)
  const byId = await mapActivations(
    reader(),
    shown.map(({ id }) => id),
  )
  return { rows: shown.flatMap(({ id }) => byId.get(id) ?? []), next: found.length > count ? shown.at(-1) : undefined }
}

async function neverSeenPart(
  reader: () => Queryable,
  filter: SightingFilter,
  { sort, budgetMs, id, count }: { sort: string; budgetMs: number | undefined; id: number | undefined; count: number },
): Promise<Part> {
  const after = id === undefined ? undefined : cursorAt(sort, { at: id, id })
  const { rows, next } = await scanActivations(
    reader,
    { ...filter, isNeverSeen: true },
    { sort, after, limit: count, budgetMs },
  )
  return { rows, next: next === null ? undefined : { at: null, id: placeOf(next, sort).id } }
}
