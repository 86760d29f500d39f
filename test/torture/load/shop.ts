import type { Receiver } from '../../support/receiver'
import type { Chance } from '../chance'
import type { Ask, Heard } from '../client'
import type { Ledger } from '../ledger'
import type { Report } from '../report'
import type { Stage } from '../stage'

/** What is for sale, made through the public doors before the customers come. */
export interface Shop {
  /** Licences that have seats, three each. */
  readonly licenses: readonly string[]
  /** Keys that anybody may take, each once. */
  readonly shelf: readonly string[]
  readonly stock: Line
  readonly resale: Line & { contract: string }
}

/** A product whose keys are drawn. */
interface Line {
  product: number
  generator: number
}

export const seatsEach = 3
const licenseCount = 40
const quota = 100_000

/** What an answer must be while nothing is wrong with the server. */
export function require(answer: Heard | undefined, ...codes: (number | string)[]): Heard {
  if (!answer || !codes.includes(answer.code)) throw new Error(`expected ${codes}: ${JSON.stringify(answer)}`)
  return answer
}

export async function openShop(stage: Stage, ask: Ask, keysOnShelf: number): Promise<Shop> {
  const seats = await makeProduct(ask, 'seats')
  const shelves = await makeProduct(ask, 'shelf')
  const stock = await makeLine(stage, ask, 'stock')
  const resale = await makeLine(stage, ask, 'resale')
  const licenses = Array.from({ length: licenseCount }, (_, i) => `SEAT-${i}`)
  const shelf = Array.from({ length: keysOnShelf }, (_, i) => `SHELF-${i}`)
  const make = (license_keys: string[], fields: object) =>
    ask('create-license-keys', { license_keys, activation_limit: seatsEach, validity: 0, ...fields })
  require(await make(licenses, { product_id: seats, status: 'assigned' }), 900)
  if (shelf.length) require(await make(shelf, { product_id: shelves, status: 'available' }), 900)
  return { licenses, shelf, stock, resale: { ...resale, contract: await makeContract(ask, resale.product, quota) } }
}

export async function makeProduct(ask: Ask, name: string): Promise<number> {
  const draft = { source: 'internal', name, description: 'for sale', require_non_expired: 0, status: 'active' }
  return require(await ask('create-product', draft), 750).response.product_id
}

export async function makeLine(stage: Stage, ask: Ask, name: string): Promise<Line> {
  const product = await makeProduct(ask, name)
  const made = await stage.cli('generator', 'create', '--product', String(product), '--template', '{X:12}', ...method)
  return { product, generator: made.json.id }
}

const method = ['--method', 'custom', '--json']

export async function makeContract(ask: Ask, product: number, license_keys_quantity: number): Promise<string> {
  const contract_key = `CONTRACT-${product}-${license_keys_quantity}`
  const rights = { can_get_info: 1, can_generate: 1, can_destroy: 1, can_destroy_all: 1 }
  const terms = { contract_key, contract_name: 'resale', contract_information: 'none', status: 'active' }
  require(await ask('create-contract', { ...terms, ...rights, product_id: product, license_keys_quantity }), 841)
  return contract_key
}

/** One of many who use the shop at once. */
export interface Customer {
  readonly name: string
  readonly chance: Chance
  readonly ask: Ask
  readonly shop: Shop
  readonly stage: Stage
  readonly ledger: Ledger
  readonly report: Report
  readonly receiver: Receiver
  /** A word nobody has used before. */
  word(): string
}
