import type { User } from '../../../db/schema/access'
import type { License } from '../../../db/schema/licensing'
import type { AuditEntry } from '../../../db/schema/operations'
import { findEntry } from '../../audit/history'
import type { Queryable, Tx } from '../../database/connection'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { planFieldUndo } from './undo/fields'
import { planMetaUndo } from './undo/meta'
import type { Undo } from './undo/plan'
import { planFreeing, planRetaking } from './undo/seats'

type Role = User['role']
type Planner = (db: Queryable, license: License, entry: AuditEntry) => Promise<Undo>

const planners: Readonly<Record<string, Planner>> = {
  'license.updated': planFieldUndo,
  'license.assigned': planFieldUndo,
  'license.activated': planFreeing,
  'license.deactivated': planRetaking,
  'license.meta-created': planMetaUndo,
  'license.meta-updated': planMetaUndo,
  'license.meta-deleted': planMetaUndo,
}

/**
 * Plans to undo one change of a licence, from its entry in the audit log; writes nothing. Throws an `OperatorError` if
 * the change cannot be undone, or if what it changed has been changed since.
 */
export async function planUndo(db: Queryable, license: License, entryId: number): Promise<Undo> {
  const entry = await findEntry(db, entryId)
  if (entry?.subject !== 'license' || entry.subjectId !== String(license.id)) {
    const list = remedy('license show', { license_key: `id:${license.id}` })
    throw new OperatorError(message`this licence has no change ${entryId}: see ${list}`, 'not_found')
  }
  return planUndoOf(db, license, entry)
}

/** Whether a user of that role can undo a change of a licence now. */
export async function canUndo(db: Queryable, license: License, entry: AuditEntry, role: Role): Promise<boolean> {
  try {
    return mayUndo(role, await planUndoOf(db, license, entry))
  } catch (error) {
    if (error instanceof OperatorError) return false
    throw error
  }
}

async function planUndoOf(db: Queryable, license: License, entry: AuditEntry): Promise<Undo> {
  const plan = planners[entry.verb]
  if (!plan || entry.batchFrom !== null) {
    throw new OperatorError(`change ${entry.id} (${entry.verb}) cannot be undone`)
  }
  if (entry.redaction !== null) {
    throw new OperatorError(`change ${entry.id} cannot be undone: the personal data in it was erased`)
  }
  return plan(db, license, entry)
}

/** Undoes a change; returns the licence afterwards. */
export async function undoChange(tx: Tx, license: License, { entryId, role }: Undoing, now: Date): Promise<License> {
  const undo = await planUndo(tx, license, entryId)
  if (mayUndo(role, undo)) return undo.apply(tx, now)
  throw new OperatorError(`change ${entryId} takes an operator to undo: your role is ${role}`, 'forbidden')
}

interface Undoing {
  /** The entry of the change in the audit log. */
  entryId: number
  role: Role
}

const mayUndo = (role: Role, undo: Undo) => role !== 'viewer' && (role !== 'support' || undo.role === 'support')
