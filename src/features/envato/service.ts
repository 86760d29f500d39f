import type { Deps } from '../../deps'
import { networkOf } from '../../kernel/networks'
import { type Outcome, say } from '../../kernel/outcome'
import { chooseGenerator } from '../generators/service'
import { purchaseCodeOf } from '../licenses/pasted/forms'
import { createLicenses, findLicense } from '../licenses/service'
import { findEnvatoProduct, resolveProduct } from '../products/service'
import { findPurchase, type Purchase } from './market'

const asksAMinute = 120
const asksAMinutePerNetwork = 12
const asksAMinutePerCode = 2

interface Asked {
  license_key?: string
  email?: string
  product_id?: string
}

interface Asker {
  address: string
  now: Date
  requestId: string
}

/** The result for an unknown key: a new licence with its answer, or the key of the licence that already existed. */
type Found = { added: Outcome } | { licenseKey: string }

/**
 * Treats an unknown key as an Envato purchase code: 206 if the market confirms it for one of our products (for the one
 * requested, if any), and it is now an assigned licence (CONTRACT §2, Envato). One code is one licence, however it is
 * written. Undefined if the code is not confirmed.
 */
export async function findPurchased(deps: Deps, asked: Asked, asker: Asker): Promise<Found | undefined> {
  const { envato_token: token } = deps.config
  const code = token ? purchaseCodeOf(asked.license_key ?? '') : undefined
  if (!code) return undefined
  // One after the other: a request that comes while another adds the code finds it added.
  const found = (underway.get(code) ?? Promise.resolve()).then(() => findOrAsk(deps, code, asked, asker))
  const ended = found.then(
    () => {},
    () => {},
  )
  underway.set(code, ended)
  try {
    return await found
  } finally {
    if (underway.get(code) === ended) underway.delete(code)
  }
}

/** The end of the last request for each code. */
const underway = new Map<string, Promise<void>>()

async function findOrAsk(deps: Deps, code: string, asked: Asked, asker: Asker): Promise<Found | undefined> {
  if (await findLicense(deps.db.read, code)) return { licenseKey: code }
  const { envato_token: token, envato_url: url } = deps.config
  let purchase: Purchase | undefined
  try {
    purchase = await findPurchase({ url, token }, code, () => mayAsk(deps, code, asker))
  } catch (error) {
    deps.log(asker.now, {
      event: 'the Envato market cannot be asked',
      error: String(error),
      request_id: asker.requestId,
    })
  }
  return purchase && addLicense(deps, { code, purchase, asked }, asker.now)
}

/** Each network and each code has its own share of the requests to the market. */
const mayAsk = ({ limit }: Pick<Deps, 'limit'>, code: string, { address, now }: Asker) =>
  limit(`envato network ${networkOf(address)}`, asksAMinutePerNetwork, now) === 0 &&
  limit(`envato code ${code}`, asksAMinutePerCode, now) === 0 &&
  limit('envato', asksAMinute, now) === 0

/** Limit and validity come from the product's generator; without one a purchase is one seat, for ever. */
const addLicense = (
  { db }: Pick<Deps, 'db'>,
  { code, purchase, asked }: { code: string; purchase: Purchase; asked: Asked },
  now: Date,
) =>
  db.as({ actor: 'envato' }).write(async (tx): Promise<Found | undefined> => {
    const product = await findEnvatoProduct(tx, purchase.itemId, purchase.itemName)
    if (!product) return undefined
    const isMeant = asked.product_id === undefined || (await resolveProduct(tx, asked.product_id))?.id === product.id
    if (!isMeant) return undefined
    const { activationLimit = 1, validity = 0 } = (await chooseGenerator(tx, product.id)) ?? {}
    const owner = { ownerName: purchase.buyer, ownerEmail: asked.email ?? null }
    const terms = { ...owner, activationLimit, validity, status: 'assigned' as const, assignedAt: now }
    const [license] = await createLicenses(tx, product, [code], terms, now)
    return license ? { added: say('envato_purchase_code_added').signedFor(product.id) } : { licenseKey: code }
  })
