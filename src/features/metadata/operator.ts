import { record } from '../../audit/record'
import type { Tx } from '../../database/connection'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { requireLicense } from '../licenses/operator'
import { requireProduct } from '../products/service'
import {
  deleteLicenseMetaRow,
  deleteProductMetaRow,
  findLicenseMeta,
  findProductMeta,
  insertLicenseMeta,
  insertProductMeta,
  updateLicenseMetaRow,
  updateProductMetaRow,
} from './store'

export interface Meta {
  key: string
  value: string
}

/** Sets metadata of a product, replacing the value of that key. */
export async function setProductMeta(tx: Tx, reference: string, { key, value }: Meta, now: Date) {
  const { id } = await requireProduct(tx, reference)
  const before = await findProductMeta(tx, id, key)
  if (before) await updateProductMetaRow(tx, before.id, value)
  else await insertProductMeta(tx, { productId: id, key, value })
  await record(tx, changeOf('product', id, { key, before: before?.value, after: value }), now)
}

/** Removes metadata of a product. Throws an `OperatorError` if there is none of that key. */
export async function unsetProductMeta(tx: Tx, reference: string, key: string, now: Date) {
  const { id } = await requireProduct(tx, reference)
  const before = await findProductMeta(tx, id, key)
  if (!before)
    throw new OperatorError(
      message`product ${id} has no metadata "${key}": see ${remedy('product show', { product: id })}`,
      'not_found',
    )
  await deleteProductMetaRow(tx, before.id)
  await record(tx, changeOf('product', id, { key, before: before.value }), now)
}

/** Sets metadata of a licence, replacing the value of that key. Returns the former value; undefined if there was none. */
export async function setLicenseMeta(tx: Tx, reference: string, { key, value }: Meta, now: Date) {
  const { id } = await requireLicense(tx, reference)
  const before = await findLicenseMeta(tx, id, key)
  if (before) await updateLicenseMetaRow(tx, before.id, value)
  else await insertLicenseMeta(tx, { licenseId: id, key, value })
  await record(tx, changeOf('license', id, { key, before: before?.value, after: value }), now)
  return before?.value
}

/** Removes metadata of a licence. Throws an `OperatorError` if there is none of that key. */
export async function unsetLicenseMeta(tx: Tx, reference: string, key: string, now: Date) {
  const { id, licenseKey } = await requireLicense(tx, reference)
  const before = await findLicenseMeta(tx, id, key)
  if (!before)
    throw new OperatorError(
      message`this licence has no metadata "${key}": see ${remedy('license show', { license_key: licenseKey })}`,
      'not_found',
    )
  await deleteLicenseMetaRow(tx, before.id)
  await record(tx, changeOf('license', id, { key, before: before.value }), now)
}

interface MetaChange {
  key: string
  before?: string | undefined
  after?: string | undefined
}

/** The audit entry; its verbs are those of the client endpoints. */
function changeOf(subject: 'product' | 'license', id: number, { key, before, after }: MetaChange) {
  const deed = after === undefined ? 'deleted' : before === undefined ? 'created' : 'updated'
  return {
    verb: `${subject}.meta-${deed}` as const,
    id,
    before: before === undefined ? undefined : { [key]: before },
    after: after === undefined ? undefined : { [key]: after },
  }
}
