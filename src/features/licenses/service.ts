import type { Static } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import type { License } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { judge, selectedIsInvalid, type Unchecked } from '../../intake/model'
import { dateTime, isoMicroseconds, isoSeconds, parseMoment } from '../../kernel/moments'
import { say } from '../../kernel/outcome'
import type { ProductChoice } from '../products/model'
import { describeProduct, resolveProduct } from '../products/service'
import {
  type LicenseKeyChoice,
  type LicenseKeyFilter,
  LicenseKeysDraft,
  LicenseKeyUpdate,
  longestKey,
  mostListed,
} from './model'
import { expiryOf, type StatusWord, statusWords } from './policy'
import {
  assignLicenses,
  countAvailable,
  deleteLicenseRow,
  findLicense,
  insertLicenses,
  listLicenseMeta,
  listLicenses,
  listMetaOf,
  updateLicenseRow,
} from './store'

/** What other features look up and do with a licence inside their own work. */
export { assignAvailable, deleteLicenseRow, findLicense, findSeat, type Seat } from './store'

/** 900 with how many were created and how many existed, 902 when none was, 901 with every faulty field. */
export async function createLicenseKeys(tx: Queryable, input: Unchecked<typeof LicenseKeysDraft>, now: Date) {
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

/** What a new licence starts with, beside its key and its product. */
export type LicenseTerms = Pick<License, 'activationLimit' | 'validity' | 'status'> &
  Partial<Pick<License, 'ownerName' | 'ownerEmail' | 'assignedAt' | 'revokedAt' | 'contractId'>>

/** Makes licences of those keys that do not exist yet, with the product's features as they are now; returns them. */
export function createLicenses(tx: Queryable, product: Product, keys: string[], terms: LicenseTerms, now: Date) {
  const features = Object.fromEntries(product.features.map((feature) => [feature.key, feature.default]))
  return insertLicenses(
    tx,
    keys.map((licenseKey) => ({
      ...terms,
      licenseKey,
      productId: product.id,
      features,
      createdAt: now,
      updatedAt: now,
    })),
  )
}

/** 950, 952 for an unknown key, 951 with every faulty field. A revoked key stays blocked. */
export async function updateLicenseKey(tx: Queryable, input: Unchecked<typeof LicenseKeyUpdate>, now: Date) {
  const license = typeof input.license_key === 'string' ? await findLicense(tx, input.license_key) : undefined
  const product = await resolveProduct(tx, input.product_id)
  const leavesRevocation = license?.revokedAt && input.status !== undefined && !isBlock(input.status)
  const { errors, values } = judge(LicenseKeyUpdate, input, {
    product_id: input.product_id === undefined || product ? undefined : selectedIsInvalid('product_id'),
    status: leavesRevocation ? 'The license key is revoked and stays blocked.' : undefined,
  })
  if (errors) return say('incorrect_data_license_update', { errors })
  if (!license) return say('license_key_not_found_update')
  const { owner_name, owner_email, activation_limit, validity, status, assigned_at } = values
  const assignedAt = assigned_at === undefined ? license.assignedAt : (parseMoment(assigned_at) ?? null)
  await updateLicenseRow(tx, license.id, {
    ...(product && { productId: product.id }),
    ...(owner_name !== undefined && { ownerName: owner_name || null }),
    ...(owner_email !== undefined && { ownerEmail: owner_email || null }),
    ...(activation_limit !== undefined && { activationLimit: activation_limit }),
    ...(validity !== undefined && { validity }),
    ...(status || assigned_at !== undefined ? stateOf(status ?? license.status, assignedAt, now, license) : {}),
    updatedAt: now,
  })
  return say('license_key_updated').signedFor(product?.id ?? license.productId)
}

/** 850 when the key, its activations and its metadata are gone, 851 when there is none. */
export async function deleteLicenseKey(tx: Queryable, { license_key = '' }: Static<typeof LicenseKeyChoice>) {
  const license = await findLicense(tx, license_key)
  if (!license) return say('license_key_not_found')
  await deleteLicenseRow(tx, license.id)
  return say('license_key_deleted').signedFor(license.productId)
}

/** 730 with the keys that pass the filter, by id; `next_page` when there are more. */
export async function getLicenseKeys(db: Queryable, filter: Static<typeof LicenseKeyFilter>) {
  const { product_id, status, customer_email, search, page = 1, per_page = mostListed } = filter
  const product = await resolveProduct(db, product_id)
  if (product_id !== undefined && !product) return say('license_keys_list', { license_keys: [] })
  const rows = await listLicenses(
    db,
    { productId: product?.id, status: status && statusWords[status], ownerEmail: customer_email, search },
    { limit: per_page + 1, offset: (page - 1) * per_page },
  )
  return say('license_keys_list', {
    license_keys: rows.slice(0, per_page).map(listedLicense),
    ...(rows.length > per_page && { next_page: page + 1 }),
  })
}

/** 741 with the number of keys a shop could still assign, 740 for an unknown product. */
export async function countAvailableKeys(db: Queryable, { product_id }: Static<typeof ProductChoice>) {
  const product = await resolveProduct(db, product_id)
  if (!product) return say('product_not_exists_count')
  return say('available_license_keys_count', { count: await countAvailable(db, product.id) }).signedFor(product.id)
}

/** A licence and its product as 500 shows them (CONTRACT §1). */
export async function describeLicense(db: Queryable, licenseKey: string) {
  const license = (await findLicense(db, licenseKey))!
  const expiry = expiryOf(license)
  return {
    licenseKey: {
      id: license.id,
      license_key: license.licenseKey,
      owner_name: license.ownerName,
      owner_email: license.ownerEmail,
      activation_limit: license.activationLimit,
      validity: license.validity,
      assigned_at: license.assignedAt && dateTime(license.assignedAt),
      meta_data: await listLicenseMeta(db, license.id),
      expires_at: expiry ? dateTime(expiry) : false,
    },
    product: await describeProduct(db, license.productId),
  }
}

export { listOldestAvailable } from './store'

/** The owner a key is given to. */
export interface Owner {
  ownerName: string | null
  ownerEmail: string | null
}

/** Gives available licences to an owner; returns them by id. */
export const assignAvailableKeys = async (tx: Queryable, ids: number[], owner: Owner, now: Date): Promise<License[]> =>
  ids.length ? assignLicenses(tx, ids, owner, now) : []

/** Licences as 803 shows them: these columns and no other, a shop's table has no more (CONTRACT §5). */
export async function describeAssigned(db: Queryable, rows: License[]) {
  const meta = Map.groupBy(
    await listMetaOf(
      db,
      rows.map(({ id }) => id),
    ),
    ({ licenseId }) => licenseId,
  )
  return rows.map((license) => ({
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
    meta_data: (meta.get(license.id) ?? []).map(({ key, value }) => ({ key, value })),
  }))
}

/** A licence as 730 shows it (CONTRACT §1). */
const listedLicense = (license: License) => ({
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

/** Status and dates as stored: an assigned key always has a date, one in stock never (CONTRACT §2). */
function stateOf(word: StatusWord, assignedAt: Date | null, now: Date, before?: License) {
  const status = statusWords[word]
  const isInStock = status === 'available' || status === 'reserved'
  return {
    status,
    assignedAt: isInStock ? null : (assignedAt ?? (status === 'assigned' ? now : null)),
    revokedAt: before?.revokedAt ?? (word === 'revoked' ? now : null),
  }
}

const isBlock = (word: unknown) => statusWords[word as StatusWord] === 'blocked'

const tooLongKey = (keys: unknown) =>
  Array.isArray(keys) && keys.some((key) => typeof key === 'string' && key.length > longestKey)
    ? `The license keys must not be greater than ${longestKey} characters.`
    : undefined
