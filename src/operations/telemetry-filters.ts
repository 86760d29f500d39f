import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { findMeantProduct, requireProduct } from '../features/products/service'
import { TelemetryFilter } from '../features/telemetry/model'
import { conditions, countTelemetry, type RecordFilter } from '../features/telemetry/service'
import { text } from '../intake/model'

const { page: _, per_page: __, product_id: ___, ...records } = TelemetryFilter.properties

/** The filters that records and their counts have in common. */
export const recordFilters = {
  ...records,
  product: Type.Optional(
    text({
      maxLength: 255,
      aliases: ['product_id', 'productId', 'product_uuid', 'product_slug'],
      description: 'Only records of this product: its id, uuid, slug or name, or what they say it is.',
    }),
  ),
}

type Filters = Static<TObject<typeof recordFilters>>

/**
 * The filter in the store's terms. Throws an `OperatorError` for a product that neither exists nor occurs in a record.
 */
export async function recordsOf(db: Queryable, { product, ...filter }: Filters, now: Date): Promise<RecordFilter> {
  if (product === undefined) return conditions(db, filter)
  const isReported = (await countTelemetry(db, { productId: product }, now)) > 0
  const found = isReported ? await findMeantProduct(db, product) : await requireProduct(db, product)
  return conditions(db, { ...filter, product_id: found ? String(found.id) : product })
}
