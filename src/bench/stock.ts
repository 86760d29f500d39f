import { fillClosed } from '../database/bulk'
import { dayMs } from '../kernel/durations'
import { insertAssigned, insertAvailable, insertBenchProduct, insertSightings } from './store'

/** The contents of a folder to measure. */
export interface Stock {
  /** Assigned licences of product 1, each with one seat taken by a device that has called `verify` before. */
  keys: number
  /** Available licences of product 2. */
  available: number
}

// Odd, so that it permutes 32-bit numbers: neighbours in the table are not neighbours in the index.
const scrambler = 2_654_435_761

/** The licence key with that number, below two million; product 2 uses other letters. */
export function keyAt(i: number, letters = 'BENC-HKEY') {
  const scrambled = ((i * scrambler) % 2 ** 32).toString(16).toUpperCase().padStart(8, '0')
  return `${scrambled.slice(0, 4)}-${scrambled.slice(4)}-${letters}`
}

export const deviceAt = (i: number) => `device-${String(i).padStart(7, '0')}`
export const ownerAt = (i: number) => `owner-${String(i).padStart(7, '0')}@example.com`

/** Fills a new, closed database in one transaction: two products, each with a generator, and the stock. */
export async function fillStock(path: string, { keys, available }: Stock, now: Date) {
  const at = now.getTime()
  await fillClosed(path, async (tx) => {
    for (const id of [1, 2]) await insertBenchProduct(tx, id, at)
    for (let i = 0; i < keys; i++) {
      const owner = { ownerName: `Owner ${i}`, ownerEmail: ownerAt(i) }
      await insertAssigned(tx, { id: i + 1, key: keyAt(i), ...owner, device: deviceAt(i) }, at - (i % 300) * dayMs)
    }
    for (let i = 0; i < available; i++) await insertAvailable(tx, keyAt(i, 'SPAR-EKEY'), at)
    await insertSightings(tx, at - dayMs)
  })
}
