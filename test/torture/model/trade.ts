import fc from 'fast-check'
import { asRequest, live, type Step } from '../../support/reference'
import { addLicense, idOf, isSold, keyAt, keysOf, productAt, type Shop, stockOf } from './shop'
import type { Call } from './step'

const nth = fc.nat({ max: 7 })
const device = fc.constantFrom('laptop', 'phone')
const email = fc.constantFrom('ada@example.com', 'eve@example.com')
const words = ['available', 'assigned', 'reserved', 'blocked', 'suspended', 'revoked']
type Living = Exclude<Step, { do: 'wait' | 'setProduct' }>
const living: fc.Arbitrary<Living> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('verify', 'activate', 'deactivate', 'details'), device }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('assign' as const), email }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('assignAndActivate' as const), email, device }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('setStatus' as const), word: fc.constantFrom(...words) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('setLimit' as const), limit: fc.integer({ min: -1, max: 2 }) }) },
)
const contract = fc.constantFrom('c0', 'c1')

/** What is done with what is for sale: licences live, orders, contracts. */
export const tradeSteps = {
  live: fc.record({ nth, step: living }),
  deleteKey: fc.record({ nth }),
  licenseMeta: fc.record({
    ...{ nth, device, key: fc.constantFrom('a', 'b'), value: fc.constantFrom('1', '2') },
    act: fc.constantFrom('create', 'update', 'delete'),
  }),
  order: fc.record({
    product: fc.nat({ max: 2 }),
    quantity: fc.integer({ min: 1, max: 3 }),
    generate: fc.nat({ max: 1 }),
  }),
  createContract: fc.record({ contract, quota: fc.integer({ min: 1, max: 4 }) }),
  setContract: fc.record({ contract, isActive: fc.boolean() }),
  draw: fc.record({ contract, quantity: fc.integer({ min: 0, max: 3 }) }),
  destroy: fc.record({ nth }),
  destroyAll: fc.record({ contract }),
}

type Steps = typeof tradeSteps
type Taken<Name extends keyof Steps> = Steps[Name] extends fc.Arbitrary<infer T> ? T : never

/** What is answered of a key that is none. */
const unknownKey: Record<Living['do'], number> = {
  ...{ verify: 210, activate: 210, deactivate: 210, details: 210, assign: 801, assignAndActivate: 801 },
  ...{ setStatus: 952, setLimit: 952, setValidity: 952 },
}
/** What a generator gives its keys where nobody says otherwise. */
const seatsOfDrawn = 1
const rights = { can_get_info: 1, can_generate: 1, can_destroy: 1, can_destroy_all: 1 }

export const tradeCalls = {
  live(shop: Shop, { nth, step }: Taken<'live'>): Call {
    const license_key = keyAt(shop, nth)
    const [endpoint, fields] = asRequest(step, license_key)
    const license = shop.licenses.get(license_key)
    return { endpoint, fields, expected: { code: license ? live(license.life, step) : unknownKey[step.do] } }
  },

  deleteKey(shop: Shop, { nth }: Taken<'deleteKey'>): Call {
    const license_key = keyAt(shop, nth)
    const code = shop.licenses.delete(license_key) ? 850 : 851
    return { endpoint: 'delete-license-key', fields: { license_key }, expected: { code } }
  },

  licenseMeta(shop: Shop, { nth, device, key, value, act }: Taken<'licenseMeta'>): Call {
    const license_key = keyAt(shop, nth)
    const license = shop.licenses.get(license_key)
    const fields = { license_key, identifier: device, key, value: act === 'delete' ? undefined : value }
    const standing = license ? live(license.life, { do: 'verify', device }) : 210
    const endpoint = `${act}-license-key-meta`
    if (!license || standing !== 200) return { endpoint, fields, expected: { code: standing } }
    const has = license.meta.has(key)
    const code = { create: has ? 452 : 453, update: has ? 353 : 352, delete: has ? 252 : 251 }[act]
    if (act === 'delete') license.meta.delete(key)
    else if (has === (act === 'update')) license.meta.set(key, value)
    return { endpoint, fields, expected: { code } }
  },

  order(shop: Shop, { product, quantity, generate }: Taken<'order'>): Call {
    const known = productAt(shop, product)
    const owner_email = 'ada@example.com'
    const fields = { product_id: idOf(shop, product), quantity, generate, owner_email }
    const endpoint = 'random-assign-license-keys'
    if (!known) return { endpoint, fields, expected: { code: 805 } }
    // Only the shared product has a generator.
    if (generate && known !== shop.line) return { endpoint, fields, expected: { code: 806 } }
    const stock = stockOf(shop, known)
    const taken = stock.slice(0, quantity)
    if (taken.length < quantity && !generate) {
      return { endpoint, fields, expected: { code: 802, available_quantity: stock.length } }
    }
    for (const { life } of taken) Object.assign(life, { status: 'assigned', assignedAt: 0, owner: owner_email })
    return {
      ...{ endpoint, fields, expected: { code: 803, license_keys: taken.map(({ key }) => ({ license_key: key })) } },
      mayHoldMore: 'license_keys',
      learn({ license_keys }) {
        for (const { license_key: key } of license_keys.slice(taken.length)) {
          const { life } = addLicense(shop, { key, product: known }, seatsOfDrawn)
          Object.assign(life, { status: 'assigned', assignedAt: 0, owner: owner_email })
        }
      },
      count: { of: 'license_keys', is: quantity },
    }
  },

  createContract(shop: Shop, { contract, quota }: Taken<'createContract'>): Call {
    const contract_key = `${shop.prefix}-${contract}`
    const terms = { contract_name: 'n', contract_information: 'i', status: 'active', license_keys_quantity: quota }
    const fields = { contract_key, product_id: shop.line.id, ...terms, ...rights }
    const isNew = !shop.contracts.has(contract)
    if (isNew) shop.contracts.set(contract, { quota, product: shop.line, isActive: true })
    return { endpoint: 'create-contract', fields, expected: { code: isNew ? 841 : 825 } }
  },

  setContract(shop: Shop, { contract, isActive }: Taken<'setContract'>): Call {
    const known = shop.contracts.get(contract)
    if (known) known.isActive = isActive
    const fields = { contract_key: `${shop.prefix}-${contract}`, status: isActive ? 'active' : 'inactive' }
    return { endpoint: 'update-contract', fields, expected: { code: known ? 842 : 844 } }
  },

  draw(shop: Shop, { contract, quantity }: Taken<'draw'>): Call {
    const known = shop.contracts.get(contract)
    const fields = { contract_key: `${shop.prefix}-${contract}`, quantity }
    const endpoint = 'contracts/generate'
    if (!known?.isActive) return { endpoint, fields, expected: { code: 1200 } }
    const left = known.quota - keysOf(shop, contract).length
    if (quantity >= 1 && left < 1) return { endpoint, fields, expected: { code: 1205 } }
    if (quantity < 1 || quantity > left) return { endpoint, fields, expected: { code: 1206 } }
    return {
      ...{ endpoint, fields, expected: { code: 1300 } },
      learn({ license_keys }) {
        for (const key of license_keys) addLicense(shop, { key, product: known.product, contract }, seatsOfDrawn)
      },
      count: { of: 'license_keys', is: quantity },
    }
  },

  destroy(shop: Shop, { nth }: Taken<'destroy'>): Call {
    const license_key = keyAt(shop, nth)
    const license = shop.licenses.get(license_key)
    const isHolders = license?.contract !== undefined && !isSold(license)
    if (isHolders) shop.licenses.delete(license_key)
    return { endpoint: 'contracts/destroy', fields: { license_key }, expected: { code: isHolders ? 1400 : 1401 } }
  },

  destroyAll(shop: Shop, { contract }: Taken<'destroyAll'>): Call {
    const keys = keysOf(shop, contract).filter((license) => !isSold(license))
    const code = !shop.contracts.has(contract) ? 1200 : keys.length ? 1500 : 1501
    for (const { key } of keys) shop.licenses.delete(key)
    return {
      endpoint: 'contracts/destroy-all',
      fields: { contract_key: `${shop.prefix}-${contract}` },
      expected: { code },
    }
  },
}
