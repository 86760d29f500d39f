import { makeContract, makeLine, makeProduct, require } from '../load/shop'
import { allAtOnce, codesOf, expectOutcome, makeKey, type Race, tally } from './arena'

export const lastSeat: Race = {
  name: 'the last seats',
  async run(arena) {
    const { ask, size, chance, fresh } = arena
    const seats = chance.between(1, 4)
    const product = await makeProduct(ask, `seat ${fresh()}`)
    const license_key = await makeKey(arena, product, { activation_limit: seats })
    const device = (i: number) => ({ license_key, identifier: `device-${i}` })
    const taken = await allAtOnce(size, (i) => ask('activate', device(i)))
    expectOutcome(arena, lastSeat.name, tally(codesOf(taken)), { 300: seats, 302: size - seats })
    const seen = await allAtOnce(size, (i) => ask('verify', device(i)))
    expectOutcome(arena, lastSeat.name, tally(codesOf(seen)), { 200: seats, 202: size - seats })
    const winner = device(codesOf(taken).indexOf(300))
    const freed = await allAtOnce(size, () => ask('deactivate', winner))
    expectOutcome(arena, lastSeat.name, tally(codesOf(freed)), { 400: 1, 401: size - 1 })
  },
}

export const lastStockKey: Race = {
  name: 'the last keys in stock',
  async run(arena) {
    const { ask, size, chance, fresh, report } = arena
    const stock = chance.between(1, 6)
    const product_id = await makeProduct(ask, `stock ${fresh()}`)
    const keys = await Promise.all(
      Array.from({ length: stock }, () => makeKey(arena, product_id, { status: 'available' })),
    )
    const buy = (i: number) => ask('random-assign-license-keys', { product_id, owner_email: `${i}@example.com` })
    const answers = await allAtOnce(size, buy)
    expectOutcome(arena, lastStockKey.name, tally(codesOf(answers)), { 803: stock, 802: size - stock })
    const given = answers.flatMap((answer) => answer?.response.license_keys ?? []).map((row) => row.license_key)
    if (given.sort().join() !== keys.sort().join())
      report.find('race for the last keys in stock: each is given once', given)
  },
}

export const lastContractKey: Race = {
  name: 'the last keys of a contract',
  async run(arena) {
    const { stage, ask, size, chance, fresh, report } = arena
    const quota = chance.between(1, 6)
    const { product } = await makeLine(stage, ask, `contract ${fresh()}`)
    const contract_key = await makeContract(ask, product, quota)
    const answers = await allAtOnce(size, () => ask('contracts/generate', { contract_key, quantity: 1 }))
    expectOutcome(arena, lastContractKey.name, tally(codesOf(answers)), { 1300: quota, 1205: size - quota })
    const { response } = require(await ask('GET contracts/get-info', { contract_key }), 1204)
    if (Number(response.contract.license_keys_count) !== quota) report.find('a contract counts its keys', response)
  },
}

export const sameMetaKey: Race = {
  name: 'the same metadata key',
  async run(arena) {
    const { ask, size, fresh } = arena
    const product_id = await makeProduct(ask, `meta ${fresh()}`)
    const device = { license_key: await makeKey(arena, product_id), identifier: 'pc' }
    require(await ask('activate', device), 300)
    const create = (i: number) => ask('create-license-key-meta', { ...device, key: 'colour', value: `${i}` })
    const ofLicense = codesOf(await allAtOnce(size, create))
    expectOutcome(arena, sameMetaKey.name, tally(ofLicense), { 453: 1, 452: size - 1 })
    const describe = (i: number) => ask('create-product-meta', { product_id, key: 'colour', value: `${i}` })
    const ofProduct = codesOf(await allAtOnce(size, describe))
    expectOutcome(arena, sameMetaKey.name, tally(ofProduct), { 273: 1, 272: size - 1 })
    const { response } = require(await ask('get-license-key-details', device), 500)
    const [colour] = response.licenseKey.meta_data
    const isTheWinners = colour?.value === String(ofLicense.indexOf(453))
    if (!isTheWinners) arena.report.find('race for the same metadata key: the winner is kept', response.licenseKey)
  },
}

export const sameKey: Race = {
  name: 'the same licence key',
  async run(arena) {
    const { ask, size, fresh } = arena
    const product_id = await makeProduct(ask, `same ${fresh()}`)
    const terms = { product_id, activation_limit: 0, validity: 0, status: 'available' }
    const license_key = `SAME-${fresh()}`
    const made = await allAtOnce(size, () => ask('create-license-keys', { ...terms, license_keys: [license_key] }))
    expectOutcome(arena, sameKey.name, tally(codesOf(made)), { 900: 1, 902: size - 1 })
    const owner = (i: number) => ({ license_key, owner_email: `${i}@example.com` })
    const given = await allAtOnce(size, (i) => ask('assign-license-key', owner(i)))
    expectOutcome(arena, sameKey.name, tally(codesOf(given)), { 800: 1, 801: size - 1 })
  },
}

export const sameOrder: Race = {
  name: 'the same order, sent again and again',
  async run(arena) {
    const { stage, ask, size, fresh, report } = arena
    const { product } = await makeLine(stage, ask, `order ${fresh()}`)
    const order = { product_id: product, quantity: 2, generate: 1, owner_email: 'once@example.com' }
    const idempotencyKey = `order-${fresh()}`
    const answers = await allAtOnce(size, () => ask('random-assign-license-keys', order, { idempotencyKey }))
    expectOutcome(arena, sameOrder.name, tally(codesOf(answers)), { 803: size })
    const told = new Set(answers.map((answer) => JSON.stringify(answer?.response.license_keys)))
    if (told.size !== 1) report.find('race for the same order: everybody gets the same answer', [...told])
    const { response } = require(await ask('GET get-license-keys', { product_id: String(product) }), 730)
    if (response.license_keys.length !== 2) report.find('race for the same order: it is fulfilled once', response)
  },
}

const fewProcesses = 6

export const sameSlug: Race = {
  name: 'the same slug',
  async run(arena) {
    const { stage, ask, fresh, report } = arena
    const slug = `slug-${fresh()}`
    const products = await Promise.all(Array.from({ length: fewProcesses }, () => makeProduct(ask, `slug ${fresh()}`)))
    const spoken = await Promise.all(products.map((id) => stage.cli('product', 'set', String(id), '--slug', slug)))
    const exitCodes = tally(spoken.map(({ exitCode }) => exitCode))
    expectOutcome(arena, sameSlug.name, exitCodes, { 0: 1, 1: fewProcesses - 1 })
    const unclear = spoken.filter(({ exitCode, err }) => exitCode !== 0 && !/^latchkey: .*slug/.test(err))
    if (unclear.length) report.find('race for the same slug: the others are told why', unclear)
  },
}
