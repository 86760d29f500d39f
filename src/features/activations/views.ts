import type { Queryable } from '../../database/connection'
import type { PageRequest } from '../../database/page'
import { mapLicenses, mapSightings, pageActivations, type SeatFilter, type SeenActivation } from './store'

/** A seat as an operator sees it. */
export const describeSeat = (activation: SeenActivation) => ({
  id: activation.id,
  identifier: activation.identifier,
  status: activation.deactivatedAt ? ('inactive' as const) : ('active' as const),
  post_url: activation.postUrl,
  ip: activation.ip,
  user_agent: activation.userAgent,
  activated_at: activation.activatedAt.toISOString(),
  deactivated_at: activation.deactivatedAt?.toISOString() ?? null,
  last_verified_at: activation.lastVerifiedAt?.toISOString() ?? null,
})

/** A page of seats, each with the licence it is on. */
export async function listSeats(db: Queryable, filter: SeatFilter, wanted: PageRequest) {
  const { rows, next } = await pageActivations(db, filter, wanted)
  const on = await mapLicenses(db, [...new Set(rows.map(({ licenseId }) => licenseId))])
  const seen = await mapSightings(
    db,
    rows.map(({ id }) => id),
  )
  return {
    rows: rows.map((row) => {
      const { licenseKey, productId } = on.get(row.licenseId)!
      const lastVerifiedAt = seen.get(row.id) ?? null
      return { ...describeSeat({ ...row, lastVerifiedAt }), license_key: licenseKey, product_id: productId }
    }),
    next,
  }
}
