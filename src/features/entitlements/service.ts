import type { Static } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import { say } from '../../kernel/outcome'
import { firstBroken } from '../../kernel/rule'
import { rulesOfUse } from '../licenses/policy'
import { findLicense, findPastedSeat, findSeat } from '../licenses/service'
import type { LicenseFeature } from './model'

/**
 * 9200 with the feature's value on a valid licence, under the rules of `verify` except the seat, since the request
 * names no device. A feature the licence lacks is not enabled and has no value.
 */
export async function getLicenseFeature(db: Queryable, asked: Static<typeof LicenseFeature>, now: Date) {
  const { license_key, feature } = asked
  const standing = (await findSeat(db, license_key, '')) ?? (await findPastedSeat(db, license_key, ''))
  if (!standing) return say('invalid_license_key')
  const broken = firstBroken(rulesOfUse, { seat: standing }, now)
  if (broken) return say(broken.refusal).signedFor(standing.productId)
  const { features } = (await findLicense(db, standing.licenseKey))!
  const value = Object.hasOwn(features, feature) ? features[feature]! : null
  return say('license_feature', { feature, enabled: isEnabled(value), value }).signedFor(standing.productId)
}

const isEnabled = (value: boolean | number | string | null) =>
  value !== null && value !== false && value !== 0 && value !== ''
