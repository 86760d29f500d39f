import { activations } from './activations'
import { blocklist } from './blocklist'
import { contracts } from './contracts'
import { generators } from './generators'
import { licenses } from './license-desk'
import { licenseMeta } from './license-metadata'
import type { Subject } from './operation'
import { productMeta } from './product-metadata'
import { products } from './products'

/** All that an operator can do through both doors, subject by subject. */
export const subjects: readonly Subject[] = [
  products,
  productMeta,
  licenses,
  licenseMeta,
  activations,
  generators,
  contracts,
  blocklist,
]
