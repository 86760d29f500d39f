import type { Static } from '@sinclair/typebox'
import type { License } from '../../../db/schema/licensing'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import { fieldRef, message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { parseFeature } from '../products/policy'
import { requireProduct } from '../products/service'
import { type Changes, previewChange } from './change'
import { extendedValidity, validityFor } from './ending'
import { idInReference, type LicenseEdit } from './operator-model'
import { announceAssigned, type Owner } from './service'
import { assignAvailable, findLicense, findLicenseById } from './store'

/** The licence of a reference: its key, or `id:` and its id. */
export function findReferencedLicense(db: Queryable, reference: string): Promise<License | undefined> {
  const id = idInReference(reference)
  return id === undefined ? findLicense(db, reference) : findLicenseById(db, id)
}

/** The licence of a reference. Throws an `OperatorError` if there is none. */
export async function requireLicense(db: Queryable, reference: string): Promise<License> {
  const license = await findReferencedLicense(db, reference)
  if (license) return license
  const id = idInReference(reference)
  if (id !== undefined) throw new OperatorError(`there is no licence with the id ${id}: it may be deleted`, 'not_found')
  const advice = message`upper and lower case count; ${remedy('license search')} finds it by any part`
  throw new OperatorError(message`there is no licence key "${reference}": check its spelling, ${advice}`, 'not_found')
}

/** The key of a reference. A key needs no licence: it may be deleted, or never have existed. */
export const licenseKeyOf = async (db: Queryable, reference: string) =>
  idInReference(reference) === undefined ? reference : (await requireLicense(db, reference)).licenseKey

/** Assigns an available licence to an owner and announces it. */
export async function assignByOperator(tx: Tx, reference: string, owner: Owner, now: Date): Promise<License> {
  if (!owner.ownerName && !owner.ownerEmail)
    throw new OperatorError(
      message`say whose it is, with ${fieldRef('owner_email')} or ${fieldRef('owner_name')}`,
      'invalid_input',
    )
  const { licenseKey, status, ownerEmail, ownerName } = await requireLicense(tx, reference)
  const assigned = await assignAvailable(tx, licenseKey, owner, now)
  if (!assigned) {
    const holder = status === 'assigned' && (ownerName ?? ownerEmail)
    throw new OperatorError(
      `licence key "${licenseKey}" is not in stock: it is ${status}${holder ? ` to ${holder}` : ''}`,
    )
  }
  await announceAssigned(tx, [assigned], now)
  return assigned
}

/** A planned change: the licence as it is and its new values. Nothing is written yet. */
export interface ChangePlan {
  license: License
  changes: Changes
}

interface Blocking {
  reason?: string | undefined
  now: Date
}

/** Plans a block: the licence fails with 204 until it is unblocked; its devices keep their seats. */
export const planBlock = async (db: Queryable, reference: string, blocking: Blocking) =>
  blockPlan(await requireLicense(db, reference), blocking)

export function blockPlan(license: License, { reason, now }: Blocking): ChangePlan {
  if (license.status === 'blocked')
    throw new OperatorError(`licence key "${license.licenseKey}" is ${blockOf(license)} already`)
  return { license, changes: { status: 'blocked', blockReason: reason, now } }
}

/** Plans an unblock: the licence returns to its owner, or without one to its former status. */
export const planUnblock = async (db: Queryable, reference: string, now: Date) =>
  unblockPlan(await requireLicense(db, reference), now)

export function unblockPlan(license: License, now: Date): ChangePlan {
  refuseRevoked(license)
  if (license.status !== 'blocked')
    throw new OperatorError(`licence key "${license.licenseKey}" is not blocked: it is ${license.status}`)
  return { license, changes: { status: formerStatus(license), now } }
}

export const isOwned = ({ assignedAt, ownerEmail, ownerName }: License) =>
  Boolean(assignedAt ?? ownerEmail ?? ownerName)

/** The status after the unblock. */
function formerStatus(license: License) {
  if (isOwned(license)) return 'assigned'
  return license.blockedFrom === 'reserved' ? 'reserved' : 'available'
}

/** Plans a permanent block. Seats stay, and devices get callbacks (CONTRACT §11). */
export const planRevocation = async (db: Queryable, reference: string, blocking: Blocking) =>
  revocationPlan(await requireLicense(db, reference), blocking)

export function revocationPlan(license: License, { reason, now }: Blocking): ChangePlan {
  if (license.revokedAt) throw new OperatorError(`licence key "${license.licenseKey}" is revoked already`)
  return { license, changes: { status: 'revoked', blockReason: reason, now } }
}

/** Plans an extension, from the licence's end, or from now if it has ended. */
export const planExtension = async (db: Queryable, reference: string, by: string, now: Date) =>
  extensionPlan(await requireLicense(db, reference), by, now)

export function extensionPlan(license: License, by: string, now: Date): ChangePlan {
  refuseRevoked(license)
  return { license, changes: { validity: extendedValidity(license, by, now), now } }
}

/** Plans a change of the given fields. Blocking is done elsewhere. */
export async function planEdit(db: Queryable, input: Static<typeof LicenseEdit>, now: Date): Promise<ChangePlan> {
  const { license_key, product: reference, features, removed_features, expires_at, ...fields } = input
  if (Object.keys(input).length < 2)
    throw new OperatorError(
      message`say what to change, for example ${fieldRef('activation_limit', '5')}`,
      'invalid_input',
    )
  if (expires_at !== undefined && fields.validity !== undefined) {
    throw new OperatorError(
      message`either ${fieldRef('expires_at')} or ${fieldRef('validity')} says when it ends`,
      'invalid_input',
    )
  }
  const license = await requireLicense(db, license_key)
  if (fields.status && license.status === 'blocked') {
    refuseRevoked(license)
    throw new OperatorError(
      message`it is blocked: ${remedy('license unblock', { license_key: license.licenseKey })} comes first`,
    )
  }
  const product = reference === undefined ? undefined : await requireProduct(db, reference)
  const isAboutFeatures = features?.length || removed_features?.length
  const changes = {
    ...fields,
    product,
    features: isAboutFeatures ? await featuresOf(db, license, input) : undefined,
    now,
  }
  if (expires_at === undefined) return { license, changes }
  return { license, changes: { ...changes, validity: validityFor(previewChange(license, changes), expires_at) } }
}

/** Adds a note to the history of a licence. */
export async function noteLicense(tx: Tx, reference: string, { note, now }: { note: string; now: Date }) {
  const license = await requireLicense(tx, reference)
  await record(tx, { verb: 'license.noted', id: license.id, after: { note } }, now)
  return license
}

interface Revealing {
  verb: 'license.key-revealed' | 'license.owner-revealed'
  reason: string
  now: Date
}

/** The licence, for somebody who sees its key or its owner in full; the audit log keeps the reason. */
export async function revealLicense(tx: Tx, licenseKey: string, { verb, reason, now }: Revealing): Promise<License> {
  const license = await requireLicense(tx, licenseKey)
  await record(tx, { verb, id: license.id, after: { reason } }, now)
  return license
}

const blockOf = ({ revokedAt }: License) => (revokedAt ? 'revoked for good' : 'blocked')

function refuseRevoked({ licenseKey, revokedAt, replacedBy }: License) {
  if (!revokedAt) return
  if (replacedBy !== null)
    throw new OperatorError(`licence key "${licenseKey}" was replaced by "${replacedBy}": change that one`)
  const day = revokedAt.toISOString().slice(0, 10)
  throw new OperatorError(
    message`licence key "${licenseKey}" was revoked for good on ${day}: ${remedy('license replace', { license_key: licenseKey })} gives its owner another one`,
  )
}

/** The features of a licence after the change; each value must have the type its product declares. */
async function featuresOf(
  db: Queryable,
  license: License,
  { features = [], removed_features = [] }: Pick<Static<typeof LicenseEdit>, 'features' | 'removed_features'>,
): Promise<License['features']> {
  const product = await requireProduct(db, String(license.productId))
  const values = { ...license.features }
  for (const key of removed_features) {
    if (!(key in values))
      throw new OperatorError(message`this licence has no feature "${key}": see ${remedy('license show')}`)
    delete values[key]
  }
  for (const text of features) {
    const key = text.split('=', 1)[0]!
    const type = product.features.find((feature) => feature.key === key)?.type ?? typeof values[key]
    if (type === 'undefined') {
      throw new OperatorError(
        message`product ${product.id} has no feature "${key}": it gets one with ${remedy('product set', { product: product.id, features: `${key}=…` })}`,
      )
    }
    const feature = parseFeature(`${key}:${type}${text.slice(key.length)}`)
    if (!feature)
      throw new OperatorError(
        `"${text}" does not fit: feature "${key}" takes a ${type}, as in ${key}=…`,
        'invalid_input',
      )
    values[key] = feature.default
  }
  return values
}
