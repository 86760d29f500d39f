import { record } from '../audit/record'
import { makeCompanion } from './companion'
import { openSigningKey } from './key-pair'
import { ifItOpens } from './sealing'
import type { KeyDeps } from './service'
import { listUnpaired, putCompanion } from './store'

/**
 * Makes the companions of keys from an older version; returns their ids. Of two processes that do so at once, one makes
 * them. A key that does not open gets none; the doctor finds it.
 */
export async function makeMissingCompanions({ db, sealer, clock }: KeyDeps): Promise<string[]> {
  const unpaired = await listUnpaired(db.read)
  if (!unpaired.length) return []
  const now = clock()
  const companions = unpaired.flatMap((key) => {
    const privateKey = ifItOpens(() => openSigningKey(key, sealer))
    return privateKey ? [{ id: key.id, companion: makeCompanion({ ...key, privateKey }, sealer, now) }] : []
  })
  return db.write(async (tx) => {
    const made: string[] = []
    for (const { id, companion } of companions) {
      if (!(await putCompanion(tx, id, companion))) continue
      await record(tx, { verb: 'signing-key.paired', id, after: companion }, now)
      made.push(companion.companionId)
    }
    return made
  })
}
