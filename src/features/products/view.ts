import { type Static, Type } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import { jsonFieldsOf } from '../../kernel/fields'
import { bit, counter, nullable, timestamp, view, word } from '../../kernel/view'
import { countedMax } from './model'

/** A metadata key and its value. */
export const MetaPairView = view('MetaPair', { key: Type.String(), value: Type.String() })

/** The possible values of a feature. */
export const featureValue = Type.Union([Type.Boolean(), Type.Number(), Type.String()])

/** A product, as shown to operators. */
export const ProductView = view('Product', {
  id: Type.Integer(),
  uuid: Type.String(),
  slug: nullable(Type.String()),
  name: Type.String(),
  description: Type.String(),
  source: word(['internal', 'envato']),
  external_reference: Type.String(),
  status: word(['active', 'inactive']),
  require_non_expired: bit('1: downloads need a licence that has not ended.'),
  post_url: Type.String(),
  changelog: word(['on', 'off'], 'Whether its changelog is public.'),
  offline_grace_days: counter(),
  low_stock: counter('With fewer keys for sale than this, it needs attention; 0 for never.'),
  features: Type.Array(
    Type.Object({
      key: Type.String(),
      label: Type.String(),
      type: word(['boolean', 'number', 'string']),
      default: featureValue,
      description: Type.String(),
    }),
    { description: 'What new licences get.' },
  ),
  created_at: timestamp(),
  updated_at: timestamp(),
})

const upTo = `at most ${countedMax.toLocaleString('en-US')} are counted`

/** A product in a list, with its stock. */
export const ListedProductView = view('ListedProduct', {
  ...ProductView.properties,
  for_sale: counter(`Keys that an order may take; ${upTo}.`),
  is_low: Type.Boolean({ description: 'It has fewer keys for sale than low_stock.' }),
})

/** The licences of a product by what is stored of their state. */
export const ProductCountsView = view('ProductCounts', {
  for_sale: counter(`Keys that an order may take; of these and of each state, ${upTo}.`),
  available: counter(),
  assigned: counter(),
  reserved: counter(),
  blocked: counter(),
})

/** The fields that operators and exports show under the same names. */
export const productFields = [
  'id',
  'uuid',
  'slug',
  'name',
  'description',
  'source',
  'external_reference',
  'status',
  'require_non_expired',
  'post_url',
  'offline_grace_days',
  'low_stock',
  'features',
  'created_at',
  'updated_at',
] as const

export const productView = (product: Product): Static<typeof ProductView> => ({
  ...jsonFieldsOf(product, productFields),
  changelog: product.changelogEnabled ? 'on' : 'off',
})
