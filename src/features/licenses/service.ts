import type { Static } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import type { License } from '../../../db/schema/licensing'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import { judge, selectedIsInvalid, type Unchecked } from '../../intake/model'
import { parseId } from '../../kernel/ids'
import { parseMoment } from '../../kernel/moments'
import { say } from '../../kernel/outcome'
import { announceAll } from '../../webhooks/outbox'
import { describeProduct, resolveProduct } from '../products/service'
import { eventsOfNew, licenseEvent } from './events'
import { listLicenses } from './list/store'
import {
  keyLengthMax,
  type LicenseKeyChoice,
  type LicenseKeyFilter,
  LicenseKeysDraft,
  listedMax,
  type StockChoice,
} from './model'
import { type StatusWord, statusWords } from './policy'
import {
  assignLicenses,
  countAvailable,
  deleteLicenseRows,
  findLicense,
  insertLicenses,
  listLicenseMeta,
  listMetaOf,
} from './store'
import { assignedLicense, detailedLicense, listedLicense } from './views'

export { findPastedLicense, findPastedSeat } from './pasted/store'
/** Store functions for other features. */
export {
  assignAvailable,
  copyLicenseMeta,
  findLicense,
  findSeat,
  listKeysAmong,
  listLicenseMeta,
  listOldestAvailable,
  type Seat,
} from './store'

/** 900 with the numbers created and already existing, 902 if none was created, 901 with every invalid field. */
export async function createLicenseKeys(tx: Tx, input: Unchecked<typeof LicenseKeysDraft>, now: Date) {
  const product = await resolveProduct(tx, input.product_id)
  const { errors, values } = judge(LicenseKeysDraft, input, {
    license_keys: tooLongKey(input.license_keys),
    product_id: product ? undefined : selectedIsInvalid('product_id'),
  })
  if (errors || !product) return say('incorrect_data_license_create', { errors })
  const created = await createLicenses(
    tx,
    product,
    [...new Set(values.license_keys)],
    {
      ownerName: values.owner_name || null,
      ownerEmail: values.owner_email || null,
      activationLimit: values.activation_limit,
      validity: values.validity,
      ...stateOf(values.status, parseMoment(values.assigned_at ?? '') ?? null, now),
    },
    now,
  )
  const outcome = created.length
    ? say('license_keys_creation_result', {
        created: created.length,
        duplicate: values.license_keys.length - created.length,
      })
    : say('no_license_keys_created')
  return outcome.signedFor(product.id)
}

/** The initial values of a new licence, besides its key and product. */
export type LicenseTerms = Pick<License, 'activationLimit' | 'validity' | 'status'> &
  Partial<Pick<License, 'ownerName' | 'ownerEmail' | 'assignedAt' | 'revokedAt' | 'contractId' | 'generatorId'>> &
  Partial<Pick<License, 'features'>>

/**
 * Creates licences for those keys that do not exist yet, with the product's current features unless the terms have
 * others, and announces them. Returns the new licences.
 */
export async function createLicenses(tx: Tx, product: Product, keys: string[], terms: LicenseTerms, now: Date) {
  const features = Object.fromEntries(product.features.map((feature) => [feature.key, feature.default]))
  const created = await insertLicenses(tx, keys, {
    ownerName: null,
    ownerEmail: null,
    assignedAt: null,
    revokedAt: null,
    contractId: null,
    generatorId: null,
    withheld: 0,
    features,
    ...terms,
    blockReason: null,
    blockedFrom: null,
    replacedBy: null,
    productId: product.id,
    createdAt: now,
    updatedAt: now,
  })

  await recordNew(tx, created, now)
  await announceAll(tx, () => created.flatMap(eventsOfNew), now)
  return created
}

/** Writes one audit entry for all: rows inserted in one statement have consecutive ids. */
async function recordNew(tx: Tx, created: License[], now: Date) {
  const [first, last] = [created[0], created.at(-1)]
  if (!first || !last) return
  const { licenseKey, ...terms } = first
  const batch = created.length > 1 ? { from: first.id, to: last.id } : undefined
  await record(tx, { verb: 'license.created', id: first.id, after: batch ? terms : first, batch }, now)
}

/** Deletes licences with their activations and metadata, and announces it. */
export async function removeLicenses(tx: Tx, gone: License[], now: Date) {
  await deleteLicenseRows(
    tx,
    gone.map(({ id }) => id),
  )
  for (const license of gone) await record(tx, { verb: 'license.deleted', id: license.id, before: license }, now)
  await announceAll(tx, () => gone.map((license) => licenseEvent('license.deleted', license)), now)
}

/** 850 if the key, its activations and its metadata are deleted, 851 if there is no such key. */
export async function deleteLicenseKey(tx: Tx, { license_key = '' }: Static<typeof LicenseKeyChoice>, now: Date) {
  const license = await findLicense(tx, license_key)
  if (!license) return say('license_key_not_found')
  await removeLicenses(tx, [license], now)
  return say('license_key_deleted').signedFor(license.productId)
}

/** 730 with the keys that match the filter, by id; `next_page` if there are more. */
export async function getLicenseKeys(db: Queryable, filter: Static<typeof LicenseKeyFilter>) {
  const { product_id, status, customer_email, search, after, page = 1, per_page = listedMax } = filter
  const product = await resolveProduct(db, product_id)
  if (product_id !== undefined && !product) return say('license_keys_list', { license_keys: [] })
  const rows = await listLicenses(
    db,
    { productId: product?.id, status: status && statusWords[status], ownerEmail: customer_email, search, after },
    { limit: per_page + 1, offset: (page - 1) * per_page },
  )
  return say('license_keys_list', {
    license_keys: rows.slice(0, per_page).map(listedLicense),
    ...(rows.length > per_page && { next_page: page + 1 }),
  })
}

/** 741 with the number of keys still available, of one generator or of all; 740 for an unknown product. */
export async function countAvailableKeys(db: Queryable, { product_id, generator_id }: Static<typeof StockChoice>) {
  const product = await resolveProduct(db, product_id)
  if (!product) return say('product_not_exists_count')
  const count = await countAvailable(db, product.id, generator_id === undefined ? undefined : idOf(generator_id))
  return say('available_license_keys_count', { count }).signedFor(product.id)
}

/** A licence and its product as in 500. */
export async function describeLicenseAndProduct(db: Queryable, licenseKey: string) {
  const license = (await findLicense(db, licenseKey))!
  return {
    licenseKey: detailedLicense(license, await listLicenseMeta(db, license.id)),
    product: await describeProduct(db, license.productId),
  }
}

/** The owner a key is assigned to. */
export interface Owner {
  ownerName: string | null
  ownerEmail: string | null
}

/** Assigns available licences to an owner and announces it. Returns them by id. */
export async function assignAvailableKeys(tx: Tx, ids: number[], owner: Owner, now: Date): Promise<License[]> {
  const assigned = ids.length ? await assignLicenses(tx, ids, owner, now) : []
  await announceAssigned(tx, assigned, now)
  return assigned
}

/** Records the new owner of these licences and announces it. */
export async function announceAssigned(tx: Tx, licenses: License[], now: Date) {
  for (const { id, ownerName, ownerEmail, assignedAt } of licenses) {
    await record(tx, { verb: 'license.assigned', id, after: { ownerName, ownerEmail, assignedAt } }, now)
  }
  await announceAll(tx, () => licenses.map((license) => licenseEvent('license.assigned', license)), now)
}

/** Licences as in 803, with their metadata. */
export async function describeAssigned(db: Queryable, rows: License[]) {
  const ids = rows.map(({ id }) => id)
  const byLicense = Map.groupBy(await listMetaOf(db, ids), ({ licenseId }) => licenseId)
  return rows.map((license) => {
    const meta = byLicense.get(license.id) ?? []
    return assignedLicense(
      license,
      meta.map(({ key, value }) => ({ key, value })),
    )
  })
}

/** The stored status and dates: an assigned key always has a date, one in stock never (CONTRACT §2). */
export function stateOf(word: StatusWord, assignedAt: Date | null, now: Date, before?: License) {
  const status = statusWords[word]
  const isInStock = status === 'available' || status === 'reserved'
  return {
    status,
    assignedAt: isInStock ? null : (assignedAt ?? (status === 'assigned' ? now : null)),
    revokedAt: before?.revokedAt ?? (word === 'revoked' ? now : null),
  }
}

/** The id in a reference; 0, which no row has, if it is not an id. */
const idOf = (reference: string) => parseId(reference) ?? 0

const tooLongKey = (keys: unknown) =>
  Array.isArray(keys) && keys.some((key) => typeof key === 'string' && key.length > keyLengthMax)
    ? `The license keys must not be greater than ${keyLengthMax} characters.`
    : undefined
