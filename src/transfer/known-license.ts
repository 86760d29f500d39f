import type { License } from '../../db/schema/licensing'
import type { Queryable } from '../database/connection'
import type { SeenActivation } from '../features/activations/store'
import { differenceOf } from './difference'
import type { Draft } from './license-line'
import { type MetaPair, metaDifference } from './meta'
import { isSameSeat, seatFieldsOf, seatOf } from './seats'
import { listLicenseMetaOf, listLicensesByKey, listSeatsOf } from './store'
import type { Fields, Verdict } from './table'

/** A licence that is here already, with what hangs on it. */
export interface KnownLicense {
  license: License
  meta: MetaPair[]
  seats: SeenActivation[]
}

/** Those of these keys that are here, by key. */
export async function knownLicenses(tx: Queryable, keys: string[]): Promise<Map<string, KnownLicense>> {
  const known = await listLicensesByKey(tx, keys)
  if (!known.length) return new Map()
  const ids = known.map(({ id }) => id)
  const meta = Map.groupBy(await listLicenseMetaOf(tx, ids), ({ licenseId }) => licenseId)
  const seats = Map.groupBy(await listSeatsOf(tx, ids), ({ licenseId }) => licenseId)
  return new Map(
    known.map((license) => [
      license.licenseKey,
      { license, meta: meta.get(license.id) ?? [], seats: seats.get(license.id) ?? [] },
    ]),
  )
}

/** Whether all that a line says of a key is so here. */
export function compare(
  { license, meta, seats }: KnownLicense,
  fields: Fields,
  { row, meta: saidMeta }: Draft,
): Verdict {
  const isStock = row.status === 'available' || row.status === 'reserved'
  const difference =
    differenceOf(license, {
      productId: row.productId,
      ownerName: fields.owner_name,
      ownerEmail: fields.owner_email,
      activationLimit: fields.activation_limit,
      validity: fields.validity ?? (fields.expires_at && row.validity),
      status: fields.status && row.status,
      assignedAt: isStock ? undefined : fields.assigned_at,
      revokedAt: fields.revoked_at,
      contractId: fields.contract && row.contractId,
      generatorId: fields.generator && row.generatorId,
      features: fields.features && row.features,
      createdAt: fields.created_at ?? undefined,
    }) ?? metaDifference(meta, saidMeta)
  if (difference) return { refused: `the key exists already, and ${difference}` }
  for (const seat of seatFieldsOf(fields.activations)) {
    const said = seatOf(seat, license.assignedAt ?? license.createdAt)
    if (!seats.some((held) => isSameSeat(held, seat, said))) {
      return { refused: `the key exists already, and device "${said.identifier}" has no such seat here` }
    }
  }
  return 'there'
}
