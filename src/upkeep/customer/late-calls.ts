import type { Db } from '../../database/database'
import { eraseLateCalls } from './erase'
import { findCalls, type Person } from './find'

const pauseMs = 1250
const passesMin = 2
const passesMax = 30

/**
 * Deletes calls made before the erasure as they arrive, until no more come: a server keeps calls in memory for a second
 * or two before writing them.
 */
export async function forgetLateCalls(db: Db, person: Person, until: Date) {
  for (let pass = 1; pass <= passesMax; pass++) {
    await Bun.sleep(pauseMs)
    const late = await db.write(async (tx) => eraseLateCalls(tx, await findCalls(tx, person), until))
    if (!late && pass >= passesMin) return
  }
}
