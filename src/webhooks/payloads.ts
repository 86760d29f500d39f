import type { Product } from '../../db/schema/catalog'
import type { License } from '../../db/schema/licensing'

/**
 * The payloads of events. A payload is the thing as it is after the event, or as it last was if it is deleted; dates
 * are ISO 8601 in UTC. A deletion includes all dependent things: `product.deleted` covers all its licences,
 * `license.deleted` all its activations.
 */

/** `license.created`, `updated`, `deleted`, `assigned`, `suspended`, `expired`, `revoked`. */
export const licensePayload = (license: License, expiresAt: Date | undefined) => ({
  id: license.id,
  license_key: license.licenseKey,
  product_id: license.productId,
  owner_name: license.ownerName,
  owner_email: license.ownerEmail,
  activation_limit: license.activationLimit,
  validity: license.validity,
  status: license.status,
  assigned_at: license.assignedAt?.toISOString() ?? null,
  expires_at: expiresAt?.toISOString() ?? null,
  revoked_at: license.revokedAt?.toISOString() ?? null,
  contract_id: license.contractId,
  created_at: license.createdAt.toISOString(),
  updated_at: license.updatedAt.toISOString(),
})

/** A licence's seat for one device. */
export interface SeatFacts {
  licenseId: number
  licenseKey: string
  productId: number
  identifier: string
}

/** `license.activated` and `activation.created`, always sent together: a device has taken a seat. */
export const seatPayload = ({ licenseId, licenseKey, productId, identifier }: SeatFacts) => ({
  license_id: licenseId,
  license_key: licenseKey,
  product_id: productId,
  identifier,
})

/** `license.deactivated` and `activation.deleted`, always sent together: a seat was freed, and by whom. */
export const freedSeatPayload = (seat: SeatFacts, by: 'device' | 'operator') => ({ ...seatPayload(seat), by })

/** `activation.failed`: an existing licence was refused to a device, with the answer the device got. */
export const refusedSeatPayload = (seat: SeatFacts, answer: { code: number | string; message: string }) => ({
  ...seatPayload(seat),
  code: answer.code,
  message: answer.message,
})

/** `product.created`, `updated`, `deleted`. */
export const productPayload = (product: Product) => ({
  id: product.id,
  uuid: product.uuid,
  slug: product.slug,
  name: product.name,
  source: product.source,
  external_reference: product.externalReference,
  status: product.status,
  require_non_expired: product.requireNonExpired,
  created_at: product.createdAt.toISOString(),
  updated_at: product.updatedAt.toISOString(),
})
