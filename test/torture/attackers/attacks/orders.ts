import { type Attack, expectCode, type Scene, volley } from '../scene'

interface Given {
  license_key: string
}

/** Keys that were sold are the order's from then on; a key that was sold before is a finding. */
function noteSold({ claims, secrets, found, world }: Scene, given: readonly Given[], order: string, owner: unknown) {
  for (const { license_key } of given) {
    const earlier = claims.sold.get(license_key)
    if (earlier !== undefined && earlier !== order)
      found('each order gets keys of its own', { license_key, order, earlier })
    claims.sold.set(license_key, order)
    secrets.keep(license_key, 'a key that a shop has sold', 'shop', 'integrator', 'operator', 'viewer')
    claims.permissions.push({
      place: `license ${license_key}`,
      accepts: (row) =>
        row?.status === 'assigned' && row.owner_email === owner && row.product_id === world.products.dear,
    })
  }
}

let orders = 0

/** Asks for keys of the stock, which the answer then shows. */
const buy = ({ ask, world }: Scene, fields: object, headers: Record<string, string> = {}) =>
  ask(
    'POST /api/v1/random-assign-license-keys',
    { product_id: world.products.dear, ...fields },
    { headers, reveals: 'a key for sale' },
  )

/** Orders that name nobody, at once: each buyer gets a key of their own. */
export const orderAnonymously: Attack = async (scene) => {
  const { chance } = scene
  const anonymous = chance.pick([{}, { owner_name: 'Not set', owner_email: '' }, { identifier: '' }])
  await volley(scene, 8, async () => {
    const order = `anonymous ${++orders}`
    const heard = await buy(scene, anonymous)
    expectCode(scene, 'an order is fulfilled or not', heard, [803, 802])
    if (heard.code === 803) noteSold(scene, heard.response.license_keys, order, null)
  })
}

/** One order sent again and again, with a key that tells it apart and without, and altered under that key. */
export const repeatOrders: Attack = async (scene) => {
  const { chance } = scene
  const order = `named ${++orders}`
  const owner_email = `buyer-${orders}@example.com`
  const isGenerating = chance.happens(0.4)
  const fields = {
    ...{ owner_email, quantity: chance.between(1, 2) },
    ...(isGenerating && { generate: 1 }),
  }
  const headers = { 'idempotency-key': order.replace(' ', '-') }
  const answers = await volley(scene, 6, () => buy(scene, fields, headers))
  for (const heard of answers) {
    expectCode(scene, 'an order is fulfilled or not', heard, [803, 802])
    if (heard.code === 803) noteSold(scene, heard.response.license_keys, order, owner_email)
  }
  const given = answers.flatMap(({ code, response }) => (code === 803 ? [response.license_keys] : []))
  if (new Set(given.map((keys: Given[]) => keys.map((each) => each.license_key).join())).size > 1)
    scene.found('a repeated order is one order', { order, given })
  const altered = await buy(scene, { ...fields, quantity: 3 }, headers)
  expectCode(scene, 'a repeated order is one order', altered, [9409])
}

/** Stock that is somebody's: drawn under a contract, or a customer's by now. */
export const orderWhatIsNotForSale: Attack = async (scene) => {
  const { world, ask, chance, claims } = scene
  const { resold } = world.products
  const order = await ask('POST /api/v1/random-assign-license-keys', {
    product_id: resold,
    owner_email: 'shop@example.com',
  })
  expectCode(scene, 'a contract’s keys are not for sale', order, [802])
  const count = await ask('GET /api/v1/get-available-license-keys-count', { product_id: resold })
  if (count.code === 741 && Number(count.response.count) !== 0)
    scene.found('a contract’s keys are not for sale', { text: count.text })
  const tooMany = await ask('POST /api/v1/random-assign-license-keys', {
    product_id: world.products.dear,
    quantity: 5000,
  })
  expectCode(scene, 'an order is fulfilled or not', tooMany, [802, 9400])
  const license_key = chance.pick([...claims.sold.keys(), String(chance.pick(world.others).id), '%'])
  const fields = { license_key, owner_email: 'thief@example.com', owner_name: 'Thief' }
  const assigned = await ask('POST /api/v1/assign-license-key', fields)
  expectCode(scene, 'a sold key is its customer’s', assigned, [801])
  const seated = await ask('POST /api/v1/assign-and-activate-license-key', { ...fields, identifier: 'thief' })
  expectCode(scene, 'a sold key is its customer’s', seated, [801])
}

/** A shop may make contracts, and look at none. */
export const makeContracts: Attack = async (scene) => {
  const { world, ask, chance, claims, secrets } = scene
  const rights = { can_get_info: 1, can_generate: 1, can_destroy: 1, can_destroy_all: 1 }
  const contract_key = secrets.keep(
    `SHOPS${chance.below(2 ** 30)}Z${chance.below(2 ** 30)}`,
    'a contract key',
    'shop',
    'integrator',
    'operator',
  )
  const terms = { contract_key, contract_name: 'of the shop', contract_information: 'none', status: 'active' }
  const draft = { ...terms, ...rights, product_id: world.products.dear, license_keys_quantity: 1 }
  const heard = await ask('POST /api/v1/create-contract', draft)
  expectCode(scene, 'a shop makes contracts', heard, [841])
  if (heard.code === 841)
    claims.permissions.push({
      place: `contract ${heard.response.contract.id}`,
      accepts: (row) => row?.contract_key === contract_key,
    })
  const again = await ask('POST /api/v1/create-contract', { ...draft, product_id: world.products.resold })
  expectCode(scene, 'a contract key names one contract', again, [825])
}
