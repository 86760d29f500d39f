import type { Static } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import type { Queryable } from '../../database/connection'
import { countByStatus, countForSale, listWatchedProducts } from './stock-store'
import { type ListedProductView, type ProductCountsView, productView } from './view'

/** A product in a list, with its stock. */
export async function listedProduct(db: Queryable, product: Product): Promise<Static<typeof ListedProductView>> {
  const for_sale = await countForSale(db, product.id)
  return { ...productView(product), for_sale, is_low: for_sale < product.lowStock }
}

/** How many licences a product has, by what is stored of their state. */
export const countsOfProduct = async (db: Queryable, { id }: Product): Promise<Static<typeof ProductCountsView>> => ({
  for_sale: await countForSale(db, id),
  ...(await countByStatus(db, id)),
})

/** The products that have fewer keys for sale than their line. */
export async function listLowProducts(db: Queryable) {
  const watched = await listWatchedProducts(db)
  const counted = await Promise.all(
    watched.map(async (product) => ({ ...product, for_sale: await countForSale(db, product.id) })),
  )
  return counted.filter(({ for_sale, low_stock }) => for_sale < low_stock)
}
