import type { Chance } from '../chance'
import type { Ask as AskVendor } from '../client'
import { look } from '../holdings'
import { makeProduct, require } from '../load/shop'
import type { Secrets, Who } from './secrets'
import type { Target } from './target'

/** Those who may see every licence and its owner; of contracts' keys, the first two. */
const vendor: Who[] = ['integrator', 'operator', 'viewer']

export interface License {
  key: string
  id: number
  product: number
  /** Devices that hold a seat. */
  seats: string[]
}

export interface Contract {
  id: number
  uuid: string
  key: string
  product: number
  /** Keys drawn of it, those that were sold since apart. */
  drawn: string[]
  sold: string[]
}

/** What there is in a round, and whose. */
export interface World {
  round: number
  products: { dear: number; cheap: number; resold: number; market: number }
  /** The licence that an attacker has honestly bought: of the cheap product, for two devices. */
  own: License
  /** A device that holds the attacker's second seat, and was blocked since. */
  blockedDevice: string
  others: License[]
  /** Keys of the dear product that are for sale. */
  stock: string[]
  contracts: { own: Contract; others: Contract[] }
  /** The `Idempotency-Key` under which another holder has drawn. */
  usedIdempotencyKey: string
  keys: { client: string; reseller: string; shop: string; all: string; disabled: string; disabledId: number }
  releases: { published: number; hidden: number; content: string }
  /** How many devices the attacker's licence is for. */
  seatsOwn: number
}

const rights = { can_get_info: 1, can_generate: 1, can_destroy: 1, can_destroy_all: 1 }
export const forDealers = ['contracts.get-info', 'contracts.generate', 'contracts.destroy', 'contracts.destroy-all']
const rateOfCopies = 6000

export interface Founding {
  target: Target
  secrets: Secrets
  /** Asks as the vendor, with the key that may do everything. */
  ask: AskVendor
  chance: Chance
  round: number
}

/** Everything a round is about, made through the public doors. */
export async function foundWorld(founding: Founding): Promise<World> {
  const { target, ask, round } = founding
  const name = (what: string) => `${what} ${round}`
  const [dear, cheap, resold] = [
    await makeProduct(ask, name('dear')),
    await makeProduct(ask, name('cheap')),
    await makeProduct(ask, name('resold')),
  ]
  const draft = { source: 'envato', name: name('market'), description: 'sold elsewhere', require_non_expired: 0 }
  const fields = { ...draft, status: 'active', external_reference: String(70_000 + round) }
  const market = require(await ask('create-product', fields), 750).response.product_id
  for (const product of [dear, resold]) await target.manage('POST /generators', { product, ...longKeys })
  const keys = await makeKeys(target, founding)
  const sold = await sell(founding, { dear, cheap })
  return {
    round,
    products: { dear, cheap, resold, market },
    ...sold,
    seatsOwn,
    keys,
    contracts: {
      own: await makeContract(founding, resold, 'own'),
      others: await makeOthers(founding, { resold, dear }),
    },
    usedIdempotencyKey: await drawOnce(founding, { resold, key: keys.reseller }),
    releases: await publish(target, founding, cheap),
  }
}

const longKeys = { number_of_chunks: 4, chunk_length: 6, charset: 'ABCDEFGHJKLMNPQRSTUVWXYZ' }

/** A word that stands nowhere else. */
const secretWord = (chance: Chance, what: string) =>
  what +
  Array.from({ length: 3 }, () =>
    chance
      .below(2 ** 30)
      .toString(36)
      .toUpperCase()
      .padStart(6, 'Q'),
  ).join('')

async function makeKeys({ manage }: Target, { secrets, round }: Founding): Promise<World['keys']> {
  const make = async (what: Who, may: object) => {
    const made = await manage('POST /api-keys', { name: `${what} ${round}`, ...may })
    return { id: made.id as number, value: secrets.keep(made.api_key, `the API key of the ${what}`, what) }
  }
  const [client, reseller, shop, all, disabled] = [
    await make('customer', { preset: 'client', rate_limit_per_minute: rateOfCopies }),
    await make('reseller', { capabilities: forDealers }),
    await make('shop', { preset: 'shop' }),
    await make('integrator', { preset: 'all' }),
    await make('nobody', { preset: 'all' }),
  ]
  await manage(`POST /api-keys/${disabled.id}/disable`)
  return {
    ...{ client: client.value, reseller: reseller.value, shop: shop.value, all: all.value },
    ...{ disabled: disabled.value, disabledId: disabled.id },
  }
}

const seatsOwn = 4
const othersCount = 3
const stockCount = 20

/** Licences that are somebody's, and keys that will be. */
async function sell({ target, ask, secrets, chance }: Founding, { dear, cheap }: { dear: number; cheap: number }) {
  const make = async (product: number, knownTo: Who[], fields: object, seats: string[] = []) => {
    const key = secrets.keep(secretWord(chance, 'KEY'), 'a licence key', ...vendor, ...knownTo)
    const terms = { product_id: product, license_keys: [key], activation_limit: seatsOwn, validity: 365, ...fields }
    require(await ask('create-license-keys', terms), 900)
    for (const identifier of seats) require(await ask('activate', { license_key: key, identifier }), 300)
    const id = look(target.stage.folder, (raw) =>
      raw.query<{ id: number }, [string]>('select id from licenses where license_key = ?').get(key),
    )!.id
    return { key, id, product, seats }
  }
  const sold = async (product: number, knownTo: Who[], seats: string[]) => {
    const owner_email = `${secretWord(chance, 'MAIL')}@example.com`
    secrets.keep(owner_email, 'an owner’s address', ...vendor, ...knownTo)
    const license = await make(product, knownTo, { status: 'assigned', owner_email }, seats)
    const value = secrets.keep(secretWord(chance, 'META'), 'a value of a licence', ...vendor, ...knownTo)
    const seat = { license_key: license.key, identifier: seats[0] }
    require(await ask('create-license-key-meta', { ...seat, key: 'note', value }), 453)
    return license
  }
  const device = () => secretWord(chance, 'DEVICE')
  const blockedDevice = device()
  const own = await sold(cheap, ['customer'], [device(), blockedDevice])
  await target.manage('POST /blocklist', { identifier: blockedDevice })
  const others: License[] = []
  for (let i = 0; i < othersCount; i++) {
    const name = secrets.keep(device(), 'a device of another', ...vendor)
    others.push(await sold(chance.pick([dear, cheap]), [], [name]))
  }
  const stock = Array.from({ length: stockCount }, () => secretWord(chance, 'STOCK'))
  for (const key of stock) secrets.keep(key, 'a key for sale', ...vendor)
  const terms = { product_id: dear, activation_limit: 1, validity: 0, status: 'available' }
  require(await ask('create-license-keys', { ...terms, license_keys: stock }), 900)
  return { own, blockedDevice, others, stock }
}

async function makeContract({ target, ask, secrets, chance }: Founding, product: number, whose: string) {
  const isOwn = whose === 'own'
  const knownTo: Who[] = ['integrator', 'operator', ...(isOwn ? ['reseller'] : [])]
  const key = secrets.keep(secretWord(chance, 'CONTRACT'), 'a contract key', ...knownTo)
  const information = secrets.keep(secretWord(chance, 'TERMS'), 'the terms of a contract', ...vendor, ...knownTo)
  const terms = { contract_key: key, contract_name: whose, contract_information: information, status: 'active' }
  const draft = { ...terms, ...rights, product_id: product, license_keys_quantity: 8 }
  const { id } = require(await ask('create-contract', draft), 841).response.contract
  const uuid = look(target.stage.folder, (raw) =>
    raw.query<{ uuid: string }, [number]>('select uuid from contracts where id = ?').get(id),
  )!.uuid
  secrets.keep(uuid, 'the uuid of a contract', ...knownTo)
  const asked = { contract_key: key, quantity: 3 }
  const drawn: string[] = require(await ask('contracts/generate', asked), 1300).response.license_keys
  for (const each of drawn) secrets.keep(each, 'a key of a contract', ...vendor, ...(isOwn ? ['reseller'] : []))
  const sold = drawn.splice(0, 1)
  require(await ask('assign-license-key', { license_key: sold[0], owner_email: 'reader@example.com' }), 800)
  return { id, uuid, key, product, drawn, sold } satisfies Contract
}

async function makeOthers(founding: Founding, { resold, dear }: { resold: number; dear: number }) {
  return [await makeContract(founding, resold, 'another'), await makeContract(founding, dear, 'a third')]
}

/** Another holder has drawn with the same API key, under an `Idempotency-Key` that is easy to think of. */
async function drawOnce(founding: Founding, { resold, key }: { resold: number; key: string }) {
  const idempotencyKey = 'order-1'
  const contract = await makeContract(founding, resold, 'a fourth')
  const asked = { contract_key: contract.key, quantity: 2 }
  const drawn = require(await founding.ask('contracts/generate', asked, { key, idempotencyKey }), 1300)
  for (const each of drawn.response.license_keys) founding.secrets.keep(each, 'a key of a contract', ...vendor)
  return idempotencyKey
}

/** A file that was published, and one that is not yet. */
async function publish({ stage, owner }: Target, { secrets, chance }: Founding, product: number) {
  const upload = async (numeric: number, content: string, published: boolean) => {
    const query = new URLSearchParams({
      ...{ product: String(product), version: `1.${numeric}`, numeric_version: String(numeric) },
      ...{ file: 'app.zip', publish: String(published) },
    })
    const answer = await fetch(`${stage.url}/admin/api/releases?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/octet-stream' },
      body: content,
    })
    if (!answer.ok) throw new Error(`the release was refused: ${await answer.text()}`)
    return numeric
  }
  const content = secrets.keep(secretWord(chance, 'PUBLISHED'), 'a file for customers', 'customer', 'operator')
  const hidden = secrets.keep(secretWord(chance, 'HIDDEN'), 'a file that is not published', 'operator')
  return { published: await upload(1, content, true), hidden: await upload(2, hidden, false), content }
}
