import type { Product } from '../../../db/schema/catalog'
import type { License } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { countSeatsTaken, findLatestActivation } from '../activations/service'
import { expiryOf } from '../licenses/policy'
import { findLicense, findPastedLicense, listLicenseMeta } from '../licenses/service'
import { findMeantProduct } from '../products/service'

/** The licence and the seat of an admitted request, under the names that the SDKs of the original system read. */
export async function describeForSdk(db: Queryable, { license_key, identifier }: Record<string, unknown>) {
  if (typeof license_key !== 'string' || license_key === '') return {}
  const license = (await findLicense(db, license_key)) ?? (await findPastedLicense(db, license_key))
  if (!license) return {}
  const device = typeof identifier === 'string' ? identifier : ''
  const seat = await findLatestActivation(db, license.id, device)
  return {
    license: await licenseForSdk(db, license),
    activation: {
      id: seat ? String(seat.id) : null,
      identifier: device,
      status: seat && !seat.deactivatedAt ? 'active' : 'inactive',
      activated_at: seat?.activatedAt.toISOString() ?? null,
    },
  }
}

async function licenseForSdk(db: Queryable, license: License) {
  const product = await findMeantProduct(db, String(license.productId))
  const meta = await listLicenseMeta(db, license.id)
  return {
    license_key: license.licenseKey,
    status: license.status,
    expires_at: expiryOf(license)?.toISOString() ?? null,
    assigned_at: license.assignedAt?.toISOString() ?? null,
    features: license.features,
    capabilities: enabledIn(license.features),
    metadata: Object.fromEntries(meta.map(({ key, value }) => [key, value])),
    activation_limit: license.activationLimit,
    activation_count: await countSeatsTaken(db, license.id),
    ...(product && productForSdk(product)),
  }
}

const enabledIn = (features: License['features']) => Object.keys(features).filter((name) => features[name] === true)

const productForSdk = ({ uuid, slug, name }: Product) => ({
  product_uuid: uuid,
  product_name: name,
  product: { uuid, slug, name },
})
