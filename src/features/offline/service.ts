import type { Static } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import { faultOf } from '../../database/failure'
import type { Deps } from '../../deps'
import { type Outcome, say } from '../../kernel/outcome'
import type { SignatureChoice } from '../../signing/key-ring'
import type { Device } from '../activations/model'
import { countSeatsTaken, findActiveSeat } from '../activations/service'
import { findLicense } from '../licenses/service'
import { resolveProduct } from '../products/service'
import { encryptLicenseFile, licenseFileContent } from './license-file'
import type { OfflineFileRequest } from './model'
import { type InTurn, signedFileContent, signFile } from './signed-file'

/** The time and id of the request, the signature it chooses, and its turn in the signature queue. */
interface Asked extends SignatureChoice {
  now: Date
  requestId: string
  /** Given if a JSON file shall name its product: what it has beside that. */
  proof?: object | undefined
  inTurn: InTurn
}

const twoDevices = say('malformed_request', {
  detail:
    'The fields "identifier", "hardware_id" and "domain" name different devices: name the one that holds the seat.',
})

/**
 * 502 with the text of a `.lic` file, 501 for an unknown key, 503 without a signing key; otherwise under the rules of
 * `verify`.
 */
export async function getLicenseFile(
  { db, keys, privateEncrypt, log }: Pick<Deps, 'db' | 'keys' | 'privateEncrypt' | 'log'>,
  device: Static<typeof Device>,
  { now, requestId, inTurn }: Asked,
): Promise<Outcome> {
  const { license, refusal } = await findLicenseOnDevice(db.read, device, now)
  if (refusal) return refusal.answer === 'invalid_license_key' ? say('license_key_not_found_details') : refusal
  const { productId } = license
  try {
    const product = await resolveProduct(db.read, String(productId))
    const signer = await keys.signerFor({ productId, now })
    if (!product || !signer) return say('license_file_generation_failed').signedFor(productId)
    const content = licenseFileContent(license, product.uuid, device.identifier!)
    const licFileContent = await inTurn(() => encryptLicenseFile(content, signer, privateEncrypt))
    return say('license_file_retrieved', { licFileContent }).signedFor(productId)
  } catch (error) {
    log(now, faultOf('get-license-file', error, requestId))
    return say('license_file_generation_failed').signedFor(productId)
  }
}

/** A signed file for a device without a network, under the rules of `verify`; 503 without a signing key. */
export async function makeOfflineFile(
  { db, keys }: Pick<Deps, 'db' | 'keys'>,
  input: Static<typeof OfflineFileRequest>,
  { now, inTurn, keyId, algorithm, proof }: Asked,
): Promise<{ text: string; refusal?: never } | { text?: never; refusal: Outcome }> {
  const { identifier, hardware_id, domain, grace_period_days = 0, environment = 'production' } = input
  // The blocklist and the seat were checked for one name: a file for another would be a free seat.
  if ([hardware_id, domain].some((name) => name && name !== identifier)) return { refusal: twoDevices }
  const { license, refusal } = await findLicenseOnDevice(db.read, input, now)
  if (refusal) return { refusal }
  const product = await resolveProduct(db.read, String(license.productId))
  const signer = await keys.signerFor({ productId: license.productId, now, keyId, algorithm })
  if (!product || !signer) return { refusal: say('license_file_generation_failed').signedFor(license.productId) }
  const content = signedFileContent(license, {
    hardwareId: hardware_id || (domain ? null : identifier!),
    domain: domain || null,
    gracePeriodDays: Math.min(grace_period_days, product.offlineGraceDays),
    environment,
    binding: proof && { ...proof, product_id: product.id, product_uuid: product.uuid },
    activationsCount: await countSeatsTaken(db.read, license.id),
    now,
  })
  return { text: await signFile(content, signer, inTurn) }
}

async function findLicenseOnDevice(db: Queryable, device: Static<typeof Device>, now: Date) {
  const { seat, refusal } = await findActiveSeat(db, device, now)
  return refusal ? { refusal } : { license: (await findLicense(db, seat.licenseKey))! }
}
