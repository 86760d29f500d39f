import type { Static } from '@sinclair/typebox'
import type { License } from '../../../db/schema/licensing'
import { historyOf } from '../../audit/history'
import { record } from '../../audit/record'
import type { Queryable } from '../../database/connection'
import { Sorry } from '../../kernel/sorry'
import { parseFeature } from '../products/policy'
import { requireProduct } from '../products/service'
import { changeLicense } from './change'
import type { LicenseEdit } from './model'
import { announceAssigned, type Owner } from './service'
import { assignAvailable, findLicense } from './store'

const latestHappenings = 100

/** The licence of that key; an unknown one is a `Sorry`. */
export async function requireLicense(db: Queryable, licenseKey: string): Promise<License> {
  const license = await findLicense(db, licenseKey)
  if (license) return license
  throw new Sorry(`there is no licence key "${licenseKey}": check its spelling, upper and lower case count`, 'missing')
}

/** Gives a licence that is in stock to an owner, and announces it. */
export async function assignByOperator(tx: Queryable, licenseKey: string, owner: Owner, now: Date): Promise<License> {
  if (!owner.ownerName && !owner.ownerEmail)
    throw new Sorry('say whose it is, with --owner-email or --owner-name', 'usage')
  const { status, ownerEmail, ownerName } = await requireLicense(tx, licenseKey)
  const assigned = await assignAvailable(tx, licenseKey, owner, now)
  if (!assigned) {
    const holder = status === 'assigned' && (ownerName ?? ownerEmail)
    throw new Sorry(`licence key "${licenseKey}" is not in stock: it is ${status}${holder ? ` to ${holder}` : ''}`)
  }
  await announceAssigned(tx, [assigned], now)
  return assigned
}

/** Fails the licence with 204 from now on, until it is unblocked; its devices keep their seats. */
export async function blockLicense(tx: Queryable, licenseKey: string, now: Date): Promise<License> {
  const license = await requireLicense(tx, licenseKey)
  if (license.status === 'blocked') throw new Sorry(`licence key "${licenseKey}" is ${blockOf(license)} already`)
  return changeLicense(tx, license, { status: 'blocked', now })
}

/** Gives a blocked licence back to its owner; where it has none, it is in stock or out of it, as it was before. */
export async function unblockLicense(tx: Queryable, licenseKey: string, now: Date): Promise<License> {
  const license = await requireLicense(tx, licenseKey)
  refuseRevoked(license)
  if (license.status !== 'blocked')
    throw new Sorry(`licence key "${licenseKey}" is not blocked: it is ${license.status}`)
  const isOwned = license.assignedAt ?? license.ownerEmail ?? license.ownerName
  return changeLicense(tx, license, { status: isOwned ? 'assigned' : await stockBefore(tx, license), now })
}

async function stockBefore(db: Queryable, { id }: License) {
  const history = await historyOf(db, 'license', id, latestHappenings)
  const blocked = history.find(({ after }) => after?.status === 'blocked')
  return blocked?.before?.status === 'reserved' ? 'reserved' : 'available'
}

/** Blocks a licence for good. Its seats stay as they are, and its devices are told (CONTRACT §11). */
export async function revokeLicense(tx: Queryable, licenseKey: string, now: Date): Promise<License> {
  const license = await requireLicense(tx, licenseKey)
  if (license.revokedAt) throw new Sorry(`licence key "${licenseKey}" is revoked already`)
  return changeLicense(tx, license, { status: 'revoked', now })
}

/** Changes what is named. Whether it is blocked is changed by other means. */
export async function editLicense(tx: Queryable, input: Static<typeof LicenseEdit>, now: Date): Promise<License> {
  const { license_key, product: reference, features, removed_features, ...fields } = input
  if (Object.keys(input).length < 2) throw new Sorry('say what to change, for example --activation-limit 5', 'usage')
  const license = await requireLicense(tx, license_key)
  if (fields.status && license.status === 'blocked') {
    refuseRevoked(license)
    throw new Sorry(`it is blocked: "latchkey license unblock ${license_key}" comes first`)
  }
  const product = reference === undefined ? undefined : await requireProduct(tx, reference)
  const isAboutFeatures = features?.length || removed_features?.length
  return changeLicense(tx, license, {
    ...fields,
    product,
    features: isAboutFeatures ? await featuresOf(tx, license, input) : undefined,
    now,
  })
}

/** Writes something down about a licence, for whoever reads its history. */
export async function noteLicense(tx: Queryable, licenseKey: string, { note, now }: { note: string; now: Date }) {
  const license = await requireLicense(tx, licenseKey)
  await record(tx, { verb: 'license.noted', id: license.id, after: { note } }, now)
  return license
}

const blockOf = ({ revokedAt }: License) => (revokedAt ? 'revoked for good' : 'blocked')

function refuseRevoked({ licenseKey, revokedAt }: License) {
  if (!revokedAt) return
  const day = revokedAt.toISOString().slice(0, 10)
  throw new Sorry(`licence key "${licenseKey}" was revoked for good on ${day}: give its owner another one`)
}

/** The features of a licence after the change; each takes values of the type its product declares. */
async function featuresOf(
  db: Queryable,
  license: License,
  { features = [], removed_features = [] }: Pick<Static<typeof LicenseEdit>, 'features' | 'removed_features'>,
): Promise<License['features']> {
  const product = await requireProduct(db, String(license.productId))
  const values = { ...license.features }
  for (const key of removed_features) {
    if (!(key in values)) throw new Sorry(`this licence has no feature "${key}": see "latchkey license show"`)
    delete values[key]
  }
  for (const text of features) {
    const key = text.split('=', 1)[0]!
    const type = product.features.find((feature) => feature.key === key)?.type ?? typeof values[key]
    if (type === 'undefined') {
      throw new Sorry(`product ${product.id} has no feature "${key}": latchkey product set ${product.id} --feature`)
    }
    const feature = parseFeature(`${key}:${type}${text.slice(key.length)}`)
    if (!feature) throw new Sorry(`"${text}" does not fit: feature "${key}" takes a ${type}, as in ${key}=…`, 'usage')
    values[key] = feature.default
  }
  return values
}
