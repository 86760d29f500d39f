import fc from 'fast-check'
import { addLicense, idOf, licensesOf, productAt, type Shop, stockOf } from './shop'
import type { Call } from './step'

const product = fc.nat({ max: 2 })
const ownProduct = fc.nat({ max: 1 })

/** What is for sale: products, their metadata, their stock. Each says what is asked and what must come back. */
export const catalogSteps = {
  createProduct: fc.record({ product: ownProduct }),
  setProduct: fc.record({ product: ownProduct, isActive: fc.boolean() }),
  deleteProduct: fc.record({ product: ownProduct }),
  productMeta: fc.record({
    ...{ product, key: fc.constantFrom('a', 'b'), value: fc.constantFrom('1', '2') },
    act: fc.constantFrom('create', 'update', 'delete'),
  }),
  createKeys: fc.record({
    ...{ product: ownProduct, names: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 }) },
    ...{
      status: fc.constantFrom('available', 'assigned', 'reserved', 'blocked'),
      limit: fc.integer({ min: -1, max: 2 }),
    },
  }),
  countStock: fc.record({ product }),
  listKeys: fc.record({ product: ownProduct }),
}

type Steps = typeof catalogSteps
type Taken<Name extends keyof Steps> = Steps[Name] extends fc.Arbitrary<infer T> ? T : never

export const catalogCalls = {
  createProduct(shop: Shop, { product }: Taken<'createProduct'>): Call {
    const draft = { source: 'internal', name: 'p', description: 'd', require_non_expired: 0, status: 'active' }
    return {
      ...{ endpoint: 'create-product', fields: draft, expected: { code: 750 } },
      learn({ product_id }) {
        // The one that had the place before, and its licences, go on beside it.
        shop.products[product] = { id: product_id, isActive: true, meta: new Map() }
      },
    }
  },

  setProduct(shop: Shop, { product, isActive }: Taken<'setProduct'>): Call {
    const known = productAt(shop, product)
    if (known) known.isActive = isActive
    if (known) for (const { life } of licensesOf(shop, known)) life.isProductActive = isActive
    const fields = { product_id: idOf(shop, product), status: isActive ? 'active' : 'inactive' }
    return { endpoint: 'update-product', fields, expected: { code: known ? 650 : 651 } }
  },

  deleteProduct(shop: Shop, { product }: Taken<'deleteProduct'>): Call {
    const known = productAt(shop, product)
    const fields = { product_id: idOf(shop, product) }
    if (known) for (const { key } of licensesOf(shop, known)) shop.licenses.delete(key)
    shop.products[product] = undefined
    return { endpoint: 'delete-product', fields, expected: { code: known ? 550 : 551 } }
  },

  productMeta(shop: Shop, { product, key, value, act }: Taken<'productMeta'>): Call {
    // The shared product keeps none, so that the next sequence finds it as this one did.
    const known = product === 2 ? undefined : productAt(shop, product)
    const product_id = known?.id ?? 999_999_999
    const fields = { product_id, key, value: act === 'delete' ? undefined : value }
    const has = known?.meta.has(key) ?? false
    const code = {
      create: known ? (has ? 272 : 273) : 274,
      update: known ? (has ? 373 : 372) : 374,
      delete: known ? (has ? 482 : 481) : 483,
    }[act]
    if (act === 'delete') known?.meta.delete(key)
    else if (has === (act === 'update')) known?.meta.set(key, value)
    return { endpoint: `${act}-product-meta`, fields, expected: { code } }
  },

  createKeys(shop: Shop, { product, names, status, limit }: Taken<'createKeys'>): Call {
    const known = productAt(shop, product)
    const license_keys = names.map((name) => `${shop.prefix}-${name}`)
    const fields = { license_keys, product_id: idOf(shop, product), activation_limit: limit, validity: 0, status }
    const fresh = [...new Set(license_keys)].filter((key) => !shop.licenses.has(key))
    const duplicate = license_keys.length - fresh.length
    const expected = !known
      ? { code: 901 }
      : fresh.length
        ? { code: 900, created: fresh.length, duplicate }
        : { code: 902 }
    for (const key of known ? fresh : []) {
      const { life } = addLicense(shop, { key, product: known! }, limit)
      Object.assign(life, { status, assignedAt: status === 'assigned' ? 0 : null })
    }
    return { endpoint: 'create-license-keys', fields, expected }
  },

  countStock(shop: Shop, { product }: Taken<'countStock'>): Call {
    const known = productAt(shop, product)
    const count = known && stockOf(shop, known).length
    const fields = { product_id: String(idOf(shop, product)) }
    const expected = known ? { code: 741, count } : { code: 740 }
    return { endpoint: 'GET get-available-license-keys-count', fields, expected }
  },

  listKeys(shop: Shop, { product }: Taken<'listKeys'>): Call {
    const known = productAt(shop, product)
    const license_keys =
      known && licensesOf(shop, known).map(({ key, life }) => ({ license_key: key, status: life.status }))
    const fields = { product_id: String(idOf(shop, product)) }
    return { endpoint: 'GET get-license-keys', fields, expected: { code: 730, license_keys: license_keys ?? [] } }
  },
}
