import { blocklist } from './blocklist'
import type { Subject } from './operation'
import { products } from './products'

/** All that an operator can do through both doors, subject by subject. */
export const subjects: readonly Subject[] = [products, blocklist]
