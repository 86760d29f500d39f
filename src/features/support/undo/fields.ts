import type { License } from '../../../../db/schema/licensing'
import type { AuditEntry } from '../../../../db/schema/operations'
import type { Queryable } from '../../../database/connection'
import { columnOf } from '../../../kernel/fields'
import { OperatorError } from '../../../kernel/operator-error'
import { restoreLicense } from '../../licenses/change'
import { requireProduct } from '../../products/service'
import { changedSince, sidesOf, type Undo } from './plan'

const restorable: readonly string[] = [
  'productId',
  'ownerName',
  'ownerEmail',
  'activationLimit',
  'validity',
  'assignedAt',
  'status',
  'blockReason',
  'blockedFrom',
  'withheld',
  'features',
] satisfies (keyof License)[]

/** What the support role changes by other operations too. */
const ofSupport: readonly string[] = ['validity', 'status', 'blockReason', 'blockedFrom']

/** Undoes a change of a licence's own fields: each goes back, if it still has the value that the change gave it. */
export async function planFieldUndo(db: Queryable, license: License, entry: AuditEntry): Promise<Undo> {
  const { before, after } = entry.verb === 'license.assigned' ? assignment(entry) : sidesOf(entry)
  if ('revoked_at' in after || 'replaced_by' in after) {
    throw new OperatorError(`change ${entry.id} cannot be undone: a key is revoked for good, and its devices were told`)
  }
  const former: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(after)) {
    const column = columnOf(name)
    if (!restorable.includes(column)) {
      throw new OperatorError(`change ${entry.id} cannot be undone: it changed ${name}`)
    }
    const current = license[column as keyof License]
    if (JSON.stringify(current) !== JSON.stringify(value)) {
      throw changedSince(entry, `${name} is ${JSON.stringify(current)} now`)
    }
    former[column] = column === 'assignedAt' ? momentOf(before[name]) : before[name]
  }
  if (!Object.keys(former).length) throw new OperatorError(`change ${entry.id} changed nothing`)
  if ('productId' in former) await requireProduct(db, String(former.productId))
  const isOfSupport = entry.verb === 'license.updated' && Object.keys(former).every((name) => ofSupport.includes(name))
  return {
    role: isOfSupport ? 'support' : 'operator',
    after: { ...license, ...former },
    apply: (tx, now) => restoreLicense(tx, license, former, now),
  }
}

/** Both sides of an assignment from stock, whose entry has only the owner. */
function assignment(entry: AuditEntry) {
  const { after } = sidesOf(entry)
  return {
    before: { owner_name: null, owner_email: null, assigned_at: null, status: 'available' } as Record<string, unknown>,
    after: { ...after, status: 'assigned' },
  }
}

const momentOf = (value: unknown) => (typeof value === 'string' ? new Date(value) : null)
