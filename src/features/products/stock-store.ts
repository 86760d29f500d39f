import { gt } from 'drizzle-orm'
import { products } from '../../../db/schema/catalog'
import { isForSale, licenses } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { selectOne } from '../../database/statements'
import { countedMax } from './model'

const countOf = (condition: string) =>
  `(select count(*) from (select 1 from licenses where product_id = ?1 and ${condition} limit ${countedMax}) as counted)`

const forSale = `select ${countOf(isForSale)} as number`

/** The keys of a product that an order may take, up to the number that is counted. */
export const countForSale = async (db: Queryable, productId: number) =>
  (await selectOne<{ number: number }>(db, forSale, productId))!.number

const byStatus = `select ${licenses.status.enumValues.map((status) => `${countOf(`status = '${status}'`)} as ${status}`).join(', ')}`

/** The licences of a product by stored status, of each up to the number that is counted. */
export const countByStatus = async (db: Queryable, productId: number) =>
  (await selectOne<Record<(typeof licenses.status.enumValues)[number], number>>(db, byStatus, productId))!

/** The products whose stock has a line. */
export const listWatchedProducts = (db: Queryable) =>
  Promise.resolve(
    db
      .select({ id: products.id, name: products.name, low_stock: products.lowStock })
      .from(products)
      .where(gt(products.lowStock, 0)),
  )
