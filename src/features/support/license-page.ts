import type { License } from '../../../db/schema/licensing'
import { historyOf } from '../../audit/history'
import type { Queryable } from '../../database/connection'
import type { PageRequest } from '../../database/page'
import { countSeatsTaken } from '../activations/service'
import { describeSeat } from '../activations/views'
import { expiryOf } from '../licenses/policy'
import { listLicenseMeta } from '../licenses/service'
import { describeProduct, mapProductNames } from '../products/service'
import { stateInWords, stateWord } from './state'
import { listSeatsOfLicense, mapSeatsTaken, type OperatorLicenseFilter, pageLicenses } from './store'

const seatsMax = 100
const happeningsMax = 50

/** A licence as an operator sees it. */
export const describeLicense = (license: License, seatsTaken: number, now: Date) => ({
  id: license.id,
  license_key: license.licenseKey,
  product_id: license.productId,
  status: license.status,
  state: stateWord(license, seatsTaken, now),
  owner_name: license.ownerName,
  owner_email: license.ownerEmail,
  activation_limit: license.activationLimit,
  seats_taken: seatsTaken,
  validity: license.validity,
  assigned_at: license.assignedAt?.toISOString() ?? null,
  expires_at: expiryOf(license)?.toISOString() ?? null,
  revoked_at: license.revokedAt?.toISOString() ?? null,
  block_reason: license.blockReason,
  replaced_by: license.replacedBy,
  contract_id: license.contractId,
  generator_id: license.generatorId,
  created_at: license.createdAt.toISOString(),
  updated_at: license.updatedAt.toISOString(),
})

/** A page of licences as an operator sees them. */
export async function listLicensePage(
  db: Queryable,
  filter: OperatorLicenseFilter,
  wanted: PageRequest & { now: Date },
) {
  const { rows, next } = await pageLicenses(db, filter, wanted)
  const ids = rows.map(({ id }) => id)
  const taken = await mapSeatsTaken(db, ids)
  const names = await mapProductNames(db, [...new Set(rows.map(({ productId }) => productId))])
  const described = rows.map((row) => ({
    ...describeLicense(row, taken.get(row.id) ?? 0, wanted.now),
    product_name: names.get(row.productId)!,
  }))
  return { rows: described, next }
}

/** All that the support desk wants to know of a licence: the latest of its seats and of its history, if they are many. */
export async function licensePage(db: Queryable, license: License, now: Date) {
  const taken = await countSeatsTaken(db, license.id)
  const { id, name } = await describeProduct(db, license.productId)
  return {
    ...describeLicense(license, taken, now),
    summary: stateInWords(license, taken, now),
    product: { id, name },
    features: license.features,
    meta_data: await listLicenseMeta(db, license.id),
    activations: (await listSeatsOfLicense(db, license.id, seatsMax)).map(describeSeat),
    history: await historyOf(db, 'license', license.id, happeningsMax),
  }
}
