import { type Life, newLife } from '../../support/reference'

/** A product as the reference knows it. */
export interface Product {
  readonly id: number
  isActive: boolean
  readonly meta: Map<string, string>
}

/** A licence as the reference knows it; its life is the one of CONTRACT §2. */
export interface License {
  readonly key: string
  readonly product: Product
  readonly life: Life
  readonly meta: Map<string, string>
  contract: string | undefined
}

/** A contract; its keys are the licences that name it. */
export interface Contract {
  readonly quota: number
  readonly product: Product
  isActive: boolean
}

/** All that one call sequence has made: small enough to be right at a glance. Licences stand in the order of their ids. */
export interface Shop {
  /** Set before the names of this sequence, which no other has. */
  readonly prefix: string
  readonly products: (Product | undefined)[]
  /** The product with a generator, which every sequence shares and leaves empty. */
  readonly line: Product
  readonly licenses: Map<string, License>
  readonly contracts: Map<string, Contract>
}

export const openShop = (prefix: string, lineId: number): Shop => ({
  prefix,
  products: [undefined, undefined],
  line: { id: lineId, isActive: true, meta: new Map() },
  licenses: new Map(),
  contracts: new Map(),
})

/** No product has this id. */
const nobody = 999_999_999

export const idOf = (shop: Shop, product: number) => productAt(shop, product)?.id ?? nobody

/** Products 0 and 1 come and go; 2 is the one with the generator. */
export const productAt = (shop: Shop, product: number) => (product === 2 ? shop.line : shop.products[product])

export const licensesOf = ({ licenses }: Shop, product: Product) =>
  [...licenses.values()].filter((license) => license.product === product)

/** What orders may take: keys drawn under a contract are its holder's. */
export const stockOf = (shop: Shop, product: Product) =>
  licensesOf(shop, product).filter(({ life, contract }) => life.status === 'available' && contract === undefined)

/** Whether a key is a customer's, whatever became of it since. */
export const isSold = ({ life }: License) =>
  life.status === 'assigned' || life.assignedAt !== null || life.owner !== null

export const keysOf = ({ licenses }: Shop, contract: string) =>
  [...licenses.values()].filter((license) => license.contract === contract)

export function addLicense(shop: Shop, license: Pick<License, 'key' | 'product'> & Partial<License>, limit = 0) {
  const life = { ...newLife(0), limit, isProductActive: license.product.isActive }
  const added = { meta: new Map(), contract: undefined, life, ...license }
  shop.licenses.set(license.key, added)
  return added
}

/** The nth licence key there is, or a key that is none. */
export function keyAt({ licenses, prefix }: Shop, nth: number) {
  const keys = [...licenses.keys(), `${prefix}-none`]
  return keys[nth % keys.length]!
}
