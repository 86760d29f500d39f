import type { Deps } from '../../deps'
import { type Outcome, say } from '../../kernel/outcome'
import { chooseGenerator } from '../generators/service'
import { createLicenses } from '../licenses/service'
import { findEnvatoProduct } from '../products/service'
import { findPurchase, type Purchase } from './market'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const asksAMinute = 120

type Asked = { license_key?: string; email?: string }

/**
 * A key nobody knows may be a purchase code of the Envato market: 206 when the market confirms it for one of our
 * products and it is now an assigned licence; undefined when there is nothing to it (CONTRACT §2, Envato).
 */
export async function addPurchase(
  deps: Pick<Deps, 'config' | 'db' | 'limit' | 'log'>,
  { license_key = '', email }: Asked,
  now: Date,
): Promise<Outcome | undefined> {
  const { envato_token: token, envato_url: url } = deps.config
  if (!token || !uuid.test(license_key) || deps.limit('envato', asksAMinute, now) > 0) return undefined
  let purchase: Purchase | undefined
  try {
    purchase = await findPurchase(url, token, license_key)
  } catch (error) {
    deps.log(now, { event: 'the Envato market cannot be asked', error: String(error) })
  }
  return purchase && addLicense(deps, license_key, purchase, email ?? null, now)
}

/** Limit and validity are those of the product's generator; without one a purchase is one seat, for ever. */
const addLicense = (deps: Pick<Deps, 'db'>, key: string, purchase: Purchase, email: string | null, now: Date) =>
  deps.db.as({ actor: 'envato' }).write(async (tx) => {
    const product = await findEnvatoProduct(tx, purchase.itemId, purchase.itemName)
    if (!product) return undefined
    const { activationLimit = 1, validity = 0 } = (await chooseGenerator(tx, product.id)) ?? {}
    const owner = { ownerName: purchase.buyer, ownerEmail: email }
    const terms = { ...owner, activationLimit, validity, status: 'assigned' as const, assignedAt: now }
    const [license] = await createLicenses(tx, product, [key], terms, now)
    return license && say('envato_purchase_code_added').signedFor(product.id)
  })
