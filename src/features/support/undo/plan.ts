import type { License } from '../../../../db/schema/licensing'
import type { AuditEntry } from '../../../../db/schema/operations'
import type { Tx } from '../../../database/connection'
import { OperatorError } from '../../../kernel/operator-error'

/** A change that can be undone. */
export interface Undo {
  /** The least role that may undo it. */
  role: 'support' | 'operator'
  /** The licence after the undo. */
  after: License
  apply(tx: Tx, now: Date): Promise<License>
}

type Side = Record<string, unknown>

/** Both sides of a change, as stored; empty where there is none. */
export const sidesOf = ({ before, after }: AuditEntry): { before: Side; after: Side } => ({
  before: before === null ? {} : JSON.parse(before),
  after: after === null ? {} : JSON.parse(after),
})

/** The refusal to undo a change whose result is no longer there. */
export const changedSince = ({ id }: AuditEntry, what: string) =>
  new OperatorError(`change ${id} cannot be undone, as it was changed since: ${what}`)
