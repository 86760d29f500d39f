import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const patienceMs = 5000

const Sale = Type.Object({
  buyer: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  item: Type.Object({ id: Type.Union([Type.Integer(), Type.String()]), name: Type.String() }),
})

/** The sale behind a purchase code. */
export interface Purchase {
  itemId: string
  itemName: string
  buyer: string | null
}

/** Look-ups in progress, by purchase code. */
const pending = new Map<string, Promise<Purchase | undefined>>()

/**
 * The sale behind a purchase code; undefined if the market knows none, or if `mayAsk` forbids the request. Concurrent
 * look-ups of one code share one request. Throws if the market cannot be reached.
 */
export function findPurchase(
  market: { url: string; token: string },
  code: string,
  mayAsk: () => boolean,
): Promise<Purchase | undefined> {
  const name = JSON.stringify([market.url, market.token, code])
  const shared = pending.get(name)
  if (shared) return shared
  if (!mayAsk()) return Promise.resolve(undefined)
  const asked = askMarket(market, code).finally(() => pending.delete(name))
  pending.set(name, asked)
  return asked
}

async function askMarket({ url, token }: { url: string; token: string }, code: string): Promise<Purchase | undefined> {
  const answer = await fetch(`${url}/v3/market/author/sale?code=${encodeURIComponent(code)}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(patienceMs),
    redirect: 'error',
  })
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new Error(`the market answered ${answer.status}`)
  const sale = await answer.json()
  if (!Value.Check(Sale, sale)) throw new Error('the market answered in an unknown form')
  return { itemId: String(sale.item.id), itemName: sale.item.name, buyer: sale.buyer ?? null }
}
