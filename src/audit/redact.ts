import type { AuditEntry } from '../../db/schema/operations'
import type { Tx } from '../database/connection'
import { redactionOf } from './link'
import { findEntry, putRedaction } from './store'

/** An entry without its personal data. */
export type Redacted = Pick<AuditEntry, 'id' | 'before' | 'after'>

/**
 * Erases personal data from entries. Their hashes stay, so that the chain continues; a new MAC under the log's key
 * authenticates them. The salts are deleted, so that the hashes reveal nothing of the erased data.
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
