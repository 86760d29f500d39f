import type { Static } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import type { License } from '../../../db/schema/licensing'
import { record } from '../../audit/record'
import type { Tx } from '../../database/connection'
import { judge, selectedIsInvalid, type Unchecked } from '../../intake/model'
import { parseMoment } from '../../kernel/moments'
import { say } from '../../kernel/outcome'
import { resolveProduct } from '../products/service'
import { announceChange } from './events'
import { LicenseKeyUpdate } from './model'
import { type StatusWord, statusWords } from './policy'
import { stateOf } from './service'
import { findLicense, updateLicenseRow } from './store'

/** 950 if changed, 952 for an unknown key, 951 with every invalid field. A revoked key stays blocked. */
export async function updateLicenseKey(tx: Tx, input: Unchecked<typeof LicenseKeyUpdate>, now: Date) {
  const license = typeof input.license_key === 'string' ? await findLicense(tx, input.license_key) : undefined
  const product = await resolveProduct(tx, input.product_id)
  const leavesRevocation = license?.revokedAt && input.status !== undefined && !isBlock(input.status)
  const { errors, values } = judge(LicenseKeyUpdate, input, {
    product_id: input.product_id === undefined || product ? undefined : selectedIsInvalid('product_id'),
    status: leavesRevocation ? 'The license key is revoked and stays blocked.' : undefined,
  })
  if (errors) return say('incorrect_data_license_update', { errors })
  if (!license) return say('license_key_not_found_update')
  const updated = await changeLicense(tx, license, { ...values, product, now })
  return say('license_key_updated').signedFor(updated.productId)
}

/** The new values of a licence; absent ones stay. */
export interface Changes extends Partial<Omit<Static<typeof LicenseKeyUpdate>, 'license_key' | 'product_id'>> {
  product?: Product | undefined
  features?: License['features'] | undefined
  /** The reason for a block; cleared when the block ends. */
  blockReason?: string | undefined
  /** The key that replaces this one and takes its place in the contract. */
  replacedBy?: string | undefined
  now: Date
}

/** Changes a licence and announces all resulting events. Returns the changed licence. */
export const changeLicense = (tx: Tx, before: License, changes: Changes): Promise<License> =>
  writeColumns(tx, before, columnsOf(before, changes), changes.now)

/** Gives columns of a licence their former values, and announces all resulting events. Returns the changed licence. */
export const restoreLicense = (tx: Tx, before: License, former: Partial<License>, now: Date): Promise<License> =>
  writeColumns(tx, before, { ...former, updatedAt: now }, now)

async function writeColumns(tx: Tx, before: License, columns: Partial<License>, now: Date): Promise<License> {
  const after = await updateLicenseRow(tx, before.id, columns)
  await record(tx, { verb: 'license.updated', id: before.id, before, after }, now)
  await announceChange(tx, before, after, now)
  return after
}

/** The licence with these changes applied; writes nothing. */
export const previewChange = (before: License, changes: Changes): License => ({
  ...before,
  ...columnsOf(before, changes),
})

function columnsOf(before: License, changes: Changes) {
  const { product, owner_name, owner_email, activation_limit, validity, status, assigned_at, features } = changes
  const { blockReason, replacedBy, now } = changes
  const assignedAt = assigned_at === undefined ? before.assignedAt : (parseMoment(assigned_at) ?? null)
  return {
    ...(product && { productId: product.id }),
    ...(owner_name !== undefined && { ownerName: owner_name || null }),
    ...(owner_email !== undefined && { ownerEmail: owner_email || null }),
    ...(activation_limit !== undefined && { activationLimit: activation_limit }),
    ...(validity !== undefined && { validity }),
    ...(features && { features }),
    ...(status === 'available' && { withheld: 0 }),
    ...(status || assigned_at !== undefined ? stateOf(status ?? before.status, assignedAt, now, before) : {}),
    ...(status && blockOf(before, status)),
    ...(blockReason !== undefined && { blockReason }),
    ...(replacedBy !== undefined && { replacedBy, contractId: null }),
    updatedAt: now,
  }
}

/** The block columns of a licence: its status before the block, kept until it is unblocked. */
function blockOf({ status: former }: License, word: StatusWord) {
  if (!isBlock(word)) return { blockReason: null, blockedFrom: null }
  return former === 'blocked' ? {} : { blockedFrom: former }
}

const isBlock = (word: unknown) => statusWords[word as StatusWord] === 'blocked'
