import type { License } from '../../../db/schema/licensing'
import { dateTime, isoMicroseconds, isoSeconds } from '../../kernel/moments'
import type { MetaPair } from '../products/service'
import { expiryOf } from './policy'

/** A licence as in 730 (CONTRACT §1). */
export const listedLicense = (license: License) => ({
  id: license.id,
  product_id: license.productId,
  license_key: license.licenseKey,
  owner_name: license.ownerName,
  owner_email: license.ownerEmail,
  activation_limit: license.activationLimit,
  validity: license.validity,
  assigned_at: license.assignedAt && isoMicroseconds(license.assignedAt),
  status: license.status,
  created_at: isoSeconds(license.createdAt),
  updated_at: isoSeconds(license.updatedAt),
})

/** A licence as in 803: exactly these columns, since a shop's table has no others (CONTRACT §5). */
export const assignedLicense = (license: License, meta: MetaPair[]) => ({
  product_id: license.productId,
  license_key: license.licenseKey,
  activation_limit: license.activationLimit,
  validity: license.validity,
  status: license.status,
  owner_name: license.ownerName,
  owner_email: license.ownerEmail,
  assigned_at: license.assignedAt && isoMicroseconds(license.assignedAt),
  contract_id: license.contractId,
  updated_at: isoSeconds(license.updatedAt),
  created_at: isoSeconds(license.createdAt),
  id: license.id,
  meta_data: meta,
})

/** A licence as in 500 (CONTRACT §1). */
export function detailedLicense(license: License, meta: MetaPair[]) {
  const expiry = expiryOf(license)
  return {
    id: license.id,
    license_key: license.licenseKey,
    owner_name: license.ownerName,
    owner_email: license.ownerEmail,
    activation_limit: license.activationLimit,
    validity: license.validity,
    assigned_at: license.assignedAt && dateTime(license.assignedAt),
    meta_data: meta,
    expires_at: expiry ? dateTime(expiry) : false,
  }
}
