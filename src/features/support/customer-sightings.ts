import type { Queryable } from '../../database/connection'
import { firstPlace, nearestSightings } from '../activations/sightings'
import type { Found, Phase } from './customer-list'
import { mapLastSeenBy } from './customers/sightings-store'

const scansMax = 4

/** Customers in the order of their last use; those never seen are left out. */
export const lastSeen =
  (reader: () => Queryable, isDown: boolean): Phase =>
  async (after, limit) => {
    let place: ReturnType<typeof firstPlace> = after === undefined ? firstPlace(isDown) : JSON.parse(after)
    const emails: string[] = []
    // Of a customer with several devices only one counts, so that some candidates fall out.
    const candidatesMax = limit * 4
    for (let scan = 0; scan < scansMax; scan++) {
      const candidates = await nearestSightings(reader, { after: place, isDown, limit: candidatesMax })
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
