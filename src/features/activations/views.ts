import { type Static, Type } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import type { Page, PageRequest } from '../../database/page'
import { nullableTimestamp, timestamp, view, word } from '../../kernel/view'
import { pageBySighting } from './sightings'
import { scanActivations } from './sightings-store'
import { mapLicenses, mapSightings, pageActivations, type SeatFilter, type SeenActivation } from './store'

/** A device and the seat it holds or held, as shown to operators. */
export const ActivationView = view('Activation', {
  id: Type.Integer(),
  identifier: Type.String({ description: 'The identifier of the device.' }),
  status: word(['active', 'inactive'], 'active: the seat is taken; inactive: it was freed.'),
  post_url: Type.String(),
  ip: Type.String(),
  user_agent: Type.String(),
  activated_at: timestamp(),
  deactivated_at: nullableTimestamp(),
  last_verified_at: nullableTimestamp(),
})

/** An activation in a list, with the licence it is on. */
export const ListedActivationView = view('ListedActivation', {
  ...ActivationView.properties,
  license_id: Type.Integer(),
  license_key: Type.String(),
  product_id: Type.Integer(),
})

export const activationView = (activation: SeenActivation): Static<typeof ActivationView> => ({
  id: activation.id,
  identifier: activation.identifier,
  status: activation.deactivatedAt ? 'inactive' : 'active',
  post_url: activation.postUrl,
  ip: activation.ip,
  user_agent: activation.userAgent,
  activated_at: activation.activatedAt.toISOString(),
  deactivated_at: activation.deactivatedAt?.toISOString() ?? null,
  last_verified_at: activation.lastVerifiedAt?.toISOString() ?? null,
})

/** A seat in a list, with the key and product of its licence. */
export const listedActivationView = (
  seat: SeenActivation & { licenseId: number },
  { licenseKey, productId }: { licenseKey: string; productId: number },
): Static<typeof ListedActivationView> => ({
  ...activationView(seat),
  license_id: seat.licenseId,
  license_key: licenseKey,
  product_id: productId,
})

// So that a list answers within a tenth of a second.
const pageMs = 60

/** A page of seats, each with the licence it is on; a bounded one is shorter if looking takes too long. */
export async function listSeats(
  reader: () => Queryable,
  filter: SeatFilter,
  { isBounded, ...wanted }: PageRequest & { isBounded: boolean },
): Promise<Page<Static<typeof ListedActivationView>>> {
  const { licenseId, identifier, ...most } = filter
  const isOfFew = licenseId !== undefined || identifier !== undefined
  const pageOfMany = wanted.sort.endsWith('last_verified_at') ? pageBySighting : scanActivations
  const { rows, next } = isOfFew
    ? await pageActivations(reader(), filter, wanted)
    : await pageOfMany(reader, most, { ...wanted, budgetMs: isBounded ? pageMs : undefined })
  const db = reader()
  const on = await mapLicenses(db, [...new Set(rows.map(({ licenseId }) => licenseId))])
  const seen = await mapSightings(
    db,
    rows.map(({ id }) => id),
  )
  return {
    rows: rows.map((row) =>
      listedActivationView({ ...row, lastVerifiedAt: seen.get(row.id) ?? null }, on.get(row.licenseId)!),
    ),
    next,
  }
}
