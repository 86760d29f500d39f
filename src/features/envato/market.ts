import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const patienceMs = 5000

const Sale = Type.Object({
  buyer: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  item: Type.Object({ id: Type.Union([Type.Integer(), Type.String()]), name: Type.String() }),
})

/** What was sold under a purchase code. */
export interface Purchase {
  itemId: string
  itemName: string
  buyer: string | null
}

/** Asks the market for a purchase code; undefined when it knows none. Throws when it cannot be asked. */
export async function findPurchase(url: string, token: string, code: string): Promise<Purchase | undefined> {
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
