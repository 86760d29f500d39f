import type { Queryable } from '../../database/connection'
import type { Found, Phase } from './customer-list'
import { findLastSighting, listSightings, mapLastSeenBy, type Sighting } from './customers/sightings-store'

// A few milliseconds of work, after which other requests are served.
const idsPerStep = 16_384
const scansMax = 4

/**
 * Customers in the order of their last use; those never seen are left out. No index has that order, since times of last
 * use change more often than anything else: each page reads all of them, some thousand at a time.
 */
export const lastSeen =
  (reader: () => Queryable, isDown: boolean): Phase =>
  async (after, limit) => {
    const start: Sighting = isDown ? { at: Number.MAX_SAFE_INTEGER, id: 0 } : { at: -1, id: 0 }
    let place: Sighting = after === undefined ? start : JSON.parse(after)
    const emails: string[] = []
    // Of a customer with several devices only one counts, so that some candidates fall out.
    const candidatesMax = limit * 4
    for (let scan = 0; scan < scansMax; scan++) {
      const candidates = await nearest(reader, { after: place, isDown, limit: candidatesMax })
      const owners = await mapLastSeenBy(
        reader(),
        candidates.map(({ id }) => id),
      )
      for (const candidate of candidates) {
        if (emails.length === limit) return { emails, next: JSON.stringify(place) } satisfies Found
        place = candidate
        const email = owners.get(candidate.id)
        if (email !== undefined) emails.push(email)
      }
      if (candidates.length < candidatesMax) return { emails, next: null }
    }
    return { emails, next: JSON.stringify(place) }
  }

async function nearest(
  reader: () => Queryable,
  wanted: { after: Sighting; isDown: boolean; limit: number },
): Promise<Sighting[]> {
  const last = findLastSighting(reader())
  let found: Sighting[] = []
  for (let first = 1; first <= last; first += idsPerStep) {
    const some = listSightings(reader(), { ...wanted, first, last: first + idsPerStep - 1 })
    found = [...found, ...some].sort(wanted.isDown ? (a, b) => compare(b, a) : compare).slice(0, wanted.limit)
    await new Promise((resume) => setImmediate(resume))
  }
  return found
}

const compare = (a: Sighting, b: Sighting) => a.at - b.at || a.id - b.id
