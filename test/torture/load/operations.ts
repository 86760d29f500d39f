import type { Asking, Heard } from '../client'
import type { Claim } from '../ledger'
import type { Customer } from './shop'

type Operation = (customer: Customer) => Promise<void>

/** Everything customers do, and how often. */
export const operations: readonly [number, Operation][] = [
  [6, takeSeat],
  [3, freeSeat],
  [4, verifySeat],
  [3, createKeys],
  [3, takeFromShelf],
  [4, order],
  [2, queueOrder],
  [2, generate],
  [2, drawFromContract],
  [2, writeMeta],
  [1, createProduct],
]

/** Notes what came of a change; a code that is none of those expected is a finding. */
function conclude(
  { report }: Customer,
  claim: Claim,
  answer: Heard | undefined,
  done: Heard['code'][],
  refused: Heard['code'][],
) {
  if (!answer || answer.code === 9503) return claim.lost()
  if (done.includes(answer.code)) return claim.acknowledged()
  claim.refused()
  if (!refused.includes(answer.code)) report.find('an answer is one that was to be expected', answer.response)
}

/** Asks again until there is an answer, as a shop does that was cut off. */
async function insist({ ask, stage }: Customer, endpoint: string, fields: object, asking: Asking = {}): Promise<Heard> {
  for (;;) {
    const answer = await ask(endpoint, fields, asking)
    if (answer && answer.code !== 9503) return answer
    await stage.back()
    await Bun.sleep(20)
  }
}

/** Each customer has devices of their own, so that they know what their seats are. */
function seatOf({ name, chance, shop }: Customer) {
  const license_key = chance.pick(shop.licenses)
  const identifier = `${name}-device-${chance.below(2)}`
  return { place: `seat ${license_key} ${identifier}`, fields: { license_key, identifier } }
}

async function takeSeat(customer: Customer) {
  const { place, fields } = seatOf(customer)
  const claim = customer.ledger.claim(place, 'taken')
  const answer = await customer.ask('activate', fields)
  if (answer?.code === 300 && !claim.couldBe(null)) customer.report.find('a seat is not given twice', answer.response)
  if (answer?.code === 301 && !claim.couldBe('taken')) customer.report.find('a free seat is not taken', answer.response)
  conclude(customer, claim, answer, [300, 301], [302])
}

async function freeSeat(customer: Customer) {
  const { place, fields } = seatOf(customer)
  const claim = customer.ledger.claim(place, null)
  const answer = await customer.ask('deactivate', fields)
  if (answer?.code === 401 && !claim.couldBe(null)) customer.report.find('what was acknowledged is kept', { place })
  conclude(customer, claim, answer, ['400', 401], [])
}

async function verifySeat({ ask, ledger, report, ...rest }: Customer) {
  const { place, fields } = seatOf({ ask, ledger, report, ...rest })
  const possible = ledger.places.get(place) ?? new Set([null])
  const answer = await ask('verify', fields)
  if (!answer || answer.code === 9503) return
  const content = answer.code === 200 ? 'taken' : answer.code === 202 ? null : answer.code
  if (!possible.has(content as string | null)) report.find('verify tells the truth', { place, code: answer.code })
}

async function createKeys(customer: Customer) {
  const { chance, shop, ledger } = customer
  const license_keys = Array.from({ length: chance.between(1, 3) }, () => customer.word())
  const claims = license_keys.map((key) => ledger.claim(`license ${key}`, 'present'))
  const terms = { product_id: shop.resale.product, activation_limit: 1, validity: 30, status: 'reserved' }
  const answer = await customer.ask('create-license-keys', { license_keys, ...terms })
  for (const claim of claims) conclude(customer, claim, answer, [900], [])
}

async function takeFromShelf(customer: Customer) {
  const { chance, shop, ledger, report } = customer
  const license_key = chance.pick(shop.shelf)
  const owner_email = customer.word()
  const answer = await customer.ask('assign-license-key', { license_key, owner_email })
  if (answer?.code === 800) ledger.give(license_key, owner_email)
  else if (answer && ![801, 9503].includes(Number(answer.code)))
    report.find('an answer is one that was to be expected', answer.response)
}

/** Half of the orders are sent with an `Idempotency-Key`. */
const keyed = (isKeyed: boolean, word: string): Asking => (isKeyed ? { idempotencyKey: word } : {})

interface Given {
  license_key: string
}

async function order(customer: Customer) {
  const { chance, shop, ledger, report } = customer
  const owner_email = customer.word()
  const quantity = chance.between(1, 3)
  const noted = { quantity, isKeyed: chance.happens(0.5), isQueued: false, deliveries: 0 }
  ledger.orders.set(owner_email, noted)
  const fields = { product_id: shop.stock.product, quantity, generate: 1, owner_email, owner_name: 'Somebody' }
  const { response } = await insist(customer, 'random-assign-license-keys', fields, keyed(noted.isKeyed, owner_email))
  if (response.code !== 803) return report.find('an order with a generator is fulfilled', response)
  const keys = response.license_keys.map(({ license_key }: Given) => license_key)
  if (keys.length !== quantity) report.find('an order is fulfilled once', response)
  for (const key of keys) ledger.give(key, owner_email)
  ledger.orders.set(owner_email, { ...noted, keys })
}

async function queueOrder(customer: Customer) {
  const { chance, shop, ledger, report, receiver } = customer
  const owner_email = customer.word()
  const quantity = chance.between(1, 3)
  const isKeyed = chance.happens(0.5)
  ledger.orders.set(owner_email, { quantity, isKeyed, isQueued: true, deliveries: 0 })
  const fields = { product_id: shop.stock.product, quantity, generate: 1, owner_email, owner_name: 'Somebody' }
  const posted = { ...fields, identifier: owner_email, webhook_url: `${receiver.url}/orders` }
  const answer = await insist(customer, 'random-assign-license-keys-queued', posted, keyed(isKeyed, owner_email))
  if (answer.code !== 807) report.find('an order is queued', answer.response)
  report.count('orders queued')
}

async function generate(customer: Customer) {
  const { chance, shop, ledger, report } = customer
  const fields = { generator_id: shop.resale.generator, quantity: chance.between(1, 5) }
  const { response } = await insist(customer, 'generate', fields, { idempotencyKey: customer.word() })
  if (response.code !== 815) return report.find('an answer is one that was to be expected', response)
  ledger.draw(response.licenseKeys)
}

async function drawFromContract(customer: Customer) {
  const { chance, shop, ledger, report } = customer
  const fields = { contract_key: shop.resale.contract, quantity: chance.between(1, 3) }
  const { response } = await insist(customer, 'contracts/generate', fields, { idempotencyKey: customer.word() })
  if (response.code !== 1300) return report.find('an answer is one that was to be expected', response)
  ledger.draw(response.license_keys)
  report.count('contract keys', fields.quantity)
}

/** A licence's metadata wants a device that is seated: the customer's own, on one licence of their own choice. */
async function writeMeta(customer: Customer) {
  const { name, chance, shop, ledger, ask } = customer
  const license_key = shop.licenses[chance.below(3)]!
  const identifier = `${name}-device-0`
  const key = `${name}-${chance.below(3)}`
  const fields = { license_key, identifier, key }
  const content = chance.happens(0.3) ? null : customer.word()
  const place = `meta ${license_key} ${key}`
  const claim = ledger.claim(place, content)
  if (content === null)
    return conclude(customer, claim, await ask('delete-license-key-meta', fields), [252, 251], [202])
  const isKnown = !claim.couldBe(null)
  const answer = await ask(isKnown ? 'update-license-key-meta' : 'create-license-key-meta', {
    ...fields,
    value: content,
  })
  conclude(customer, claim, answer, [453, 353], [452, 202])
}

async function createProduct(customer: Customer) {
  const name = customer.word()
  const claim = customer.ledger.claim(`product ${name}`, 'present')
  const draft = { source: 'internal', name, description: 'd', require_non_expired: 0, status: 'active' }
  conclude(customer, claim, await customer.ask('create-product', draft), [750], [])
}
