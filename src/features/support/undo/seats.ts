import type { License } from '../../../../db/schema/licensing'
import type { AuditEntry } from '../../../../db/schema/operations'
import type { Queryable } from '../../../database/connection'
import { message, remedy } from '../../../kernel/message'
import { OperatorError } from '../../../kernel/operator-error'
import { countSeatsTaken, deactivateByOperator, findLatestActivation, retakeSeat } from '../../activations/service'
import { isFull } from '../../licenses/policy'
import { seatsOf } from '../state'
import { changedSince, sidesOf, type Undo } from './plan'

/** Gives a freed seat back to its device. */
export async function planRetaking(db: Queryable, license: License, entry: AuditEntry): Promise<Undo> {
  const identifier = String(sidesOf(entry).before.identifier)
  const seat = await findLatestActivation(db, license.id, identifier)
  if (seat?.deactivatedAt?.getTime() !== entry.at.getTime()) {
    throw changedSince(entry, seat && !seat.deactivatedAt ? `"${identifier}" holds a seat` : 'the seat was taken again')
  }
  const taken = await countSeatsTaken(db, license.id)
  if (isFull(license, taken)) {
    const more = remedy('license edit', {
      license_key: `id:${license.id}`,
      activation_limit: license.activationLimit + 1,
    })
    throw new OperatorError(
      message`"${identifier}" cannot have its seat again, as ${seatsOf(license, taken)}: free one, or give it more with ${more}`,
    )
  }
  return {
    role: 'support',
    after: license,
    async apply(tx, now) {
      await retakeSeat(tx, license, seat, now)
      return license
    },
  }
}

/** Frees a seat that a device has taken. */
export async function planFreeing(db: Queryable, license: License, entry: AuditEntry): Promise<Undo> {
  const identifier = String(sidesOf(entry).after.identifier)
  const seat = await findLatestActivation(db, license.id, identifier)
  if (!seat || seat.deactivatedAt) throw changedSince(entry, `"${identifier}" holds no seat`)
  return {
    role: 'support',
    after: license,
    async apply(tx, now) {
      await deactivateByOperator(tx, { license_key: license.licenseKey, identifier }, now)
      return license
    },
  }
}
