import type { AuditEntry } from '../../db/schema/operations'
import type { Tx } from '../database/connection'
import { redactionOf } from './link'
import { findEntry, putRedaction } from './store'

/** What is left of an entry once personal data is taken out of it. */
export type Redacted = Pick<AuditEntry, 'id' | 'before' | 'after'>

/**
 * Takes personal data out of entries. Their hashes stay, so that the chain goes on; what bears them out from then on is
 * made with the key of the log, and the salt is thrown away, so that the hash tells nothing of what stood there.
 */
export async function redactEntries(tx: Tx, entries: readonly Redacted[]) {
  const key = tx.auditKey
  for (const { id, before, after } of entries) {
    const row = (await findEntry(tx, id))!
    if (row.before === before && row.after === after) continue
    const previous = (await findEntry(tx, id - 1))?.hash ?? ''
    await putRedaction(tx, { id, before, after, redaction: redactionOf(key, { ...row, before, after }, previous) })
  }
}
