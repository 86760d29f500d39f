import type { License } from '../../../db/schema/licensing'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { changeLicense } from '../licenses/change'
import { isOwned, requireLicense } from '../licenses/operator'
import { copyLicenseMeta } from '../licenses/service'
import { requireProduct } from '../products/service'
import { bring, drawAsked } from './stocking'
import { findGenerator } from './store'

interface Replacement {
  /** The new key; if absent, drawn by the old key's generator, else by its product's. */
  newKey?: string | undefined
  reason?: string | undefined
  now: Date
}

/**
 * Gives the owner of a licence a new key with the same product, terms, end, features, metadata and place in its
 * contract, and revokes the old one. Seats stay on the old key and their devices get a callback: each must call
 * `activate` with the new key.
 */
export async function replaceLicense(tx: Tx, reference: string, { newKey, reason, now }: Replacement) {
  const old = await requireReplaceable(tx, reference)
  const terms = {
    activationLimit: old.activationLimit,
    validity: old.validity,
    status: 'assigned' as const,
    assignedAt: old.assignedAt ?? now,
    ownerName: old.ownerName,
    ownerEmail: old.ownerEmail,
    contractId: old.contractId,
    features: old.features,
  }
  const product = await requireProduct(tx, String(old.productId))
  const generator = old.generatorId === null ? undefined : await findGenerator(tx, old.generatorId)
  const source = { product: String(product.id), generator: generator?.status === 1 ? generator.id : undefined }
  const [made] =
    newKey === undefined
      ? await drawAsked(tx, source, { quantity: 1, terms, now })
      : await bring(tx, [newKey], product, terms, now)
  await copyLicenseMeta(tx, old.id, made!.id)
  await record(tx, { verb: 'license.replacement', id: made!.id, after: { replaces: old.licenseKey } }, now)
  const revoked = await changeLicense(tx, old, {
    ...(!old.revokedAt && { status: 'revoked' as const }),
    replacedBy: made!.licenseKey,
    blockReason: reason,
    now,
  })
  return { old: revoked, made: made! }
}

/** The licence of that reference if it can be replaced: assigned and not replaced before. */
export async function requireReplaceable(db: Queryable, reference: string): Promise<License> {
  const license = await requireLicense(db, reference)
  const { licenseKey } = license
  if (license.replacedBy !== null) {
    throw new OperatorError(`licence key "${licenseKey}" was replaced already: its owner has "${license.replacedBy}"`)
  }
  if (isOwned(license)) return license
  const advice = message`${remedy('license delete', { license_key: licenseKey })} and ${remedy('license create')} make another`
  throw new OperatorError(message`licence key "${licenseKey}" is nobody's, so there is nothing to hand over: ${advice}`)
}
