import type { Db } from '../../database/database'
import { findProduct } from './store'

/** The immutable names of a product, included in answers to requests with a nonce. */
interface ProductNames {
  readonly product_id: number
  readonly product_uuid: string
}

const rememberedMax = 10_000

/**
 * Looks up the names of a product by id and caches them until a product is deleted, after which its id may be reused.
 */
export function openProductNames(
  db: Pick<Db, 'read' | 'accessEpoch'>,
): (id: number) => Promise<ProductNames | undefined> {
  const told = new Map<number, ProductNames>()
  let epoch: string | undefined

  return async (id) => {
    const current = db.accessEpoch()
    if (current !== epoch) told.clear()
    epoch = current
    const known = told.get(id)
    if (known) return known
    const product = await findProduct(db.read, String(id))
    const names = product && { product_id: product.id, product_uuid: product.uuid }
    if (names && db.accessEpoch() === current && told.size < rememberedMax) told.set(id, names)
    return names
  }
}
