import type { License } from '../../../../db/schema/licensing'
import type { AuditEntry } from '../../../../db/schema/operations'
import { mask } from '../../../audit/record'
import type { Queryable } from '../../../database/connection'
import { OperatorError } from '../../../kernel/operator-error'
import { listLicenseMeta } from '../../licenses/service'
import { setLicenseMeta, unsetLicenseMeta } from '../../metadata/operator'
import { changedSince, sidesOf, type Undo } from './plan'

/** Undoes a change of metadata, if the key still has the value that the change gave it. */
export async function planMetaUndo(db: Queryable, license: License, entry: AuditEntry): Promise<Undo> {
  const { before, after } = sidesOf(entry)
  const [key] = Object.keys({ ...before, ...after })
  if (key === undefined || before[key] === mask || after[key] === mask) {
    throw new OperatorError(`change ${entry.id} cannot be undone: its log entry does not have the value`)
  }
  const current = (await listLicenseMeta(db, license.id)).find((meta) => meta.key === key)?.value
  if (current !== after[key]) {
    throw changedSince(entry, current === undefined ? `there is no "${key}" now` : `"${key}" is "${current}" now`)
  }
  const reference = `id:${license.id}`
  const former = before[key]
  return {
    role: 'operator',
    after: license,
    async apply(tx, now) {
      if (former === undefined) await unsetLicenseMeta(tx, reference, key, now)
      else await setLicenseMeta(tx, reference, { key, value: String(former) }, now)
      return license
    },
  }
}
