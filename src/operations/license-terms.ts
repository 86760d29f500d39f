import { Type } from '@sinclair/typebox'
import { countSeatsTaken, moveSeats } from '../features/activations/service'
import { replaceLicense, requireReplaceable } from '../features/generators/replacing'
import { keyLengthMax } from '../features/licenses/model'
import { planBlock, planEdit, planExtension, planRevocation, planUnblock } from '../features/licenses/operator'
import { LicenseEdit, licenseReference } from '../features/licenses/operator-model'
import { LicenseSummaryView } from '../features/support/license-view'
import { refusal } from '../features/support/loss'
import { integer, text, toggle } from '../intake/model'
import { counted } from '../kernel/counted'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { counter, view } from '../kernel/view'
import { licenseChange, summaryOf } from './license-change'
import { operation } from './operation'

const Choice = { license_key: licenseReference() }
const reason = Type.Optional(text({ maxLength: 1024, description: 'The reason, for operators only.' }))

const block = licenseChange({
  command: 'license block',
  route: 'POST /licenses/:license_key/block',
  role: 'support',
  summary: 'block a licence: it is refused with 204 until "unblock"; its devices keep their seats',
  input: Type.Object({ ...Choice, reason }),
  plan: (db, { license_key, reason }, now) => planBlock(db, license_key, { reason, now }),
})

const unblock = licenseChange({
  command: 'license unblock',
  route: 'POST /licenses/:license_key/unblock',
  role: 'support',
  summary: 'unblock a licence; it returns to its earlier state',
  input: Type.Object(Choice),
  plan: (db, { license_key }, now) => planUnblock(db, license_key, now),
})

const revoke = licenseChange({
  command: 'license revoke',
  route: 'POST /licenses/:license_key/revoke',
  summary: 'permanently block a licence, and notify its devices',
  input: Type.Object({ ...Choice, reason }),
  plan: (db, { license_key, reason }, now) => planRevocation(db, license_key, { reason, now }),
  warning: ({ licenseKey }, taken) =>
    `This blocks licence key "${licenseKey}" for good: no command unblocks it. ${refusal(taken)}`,
})

const extend = licenseChange({
  command: 'license extend',
  route: 'POST /licenses/:license_key/extend',
  role: 'support',
  bare: ['by'],
  summary: 'extend a licence, from its end, or from now if it has ended',
  input: Type.Object({
    ...Choice,
    by: Type.Optional(text({ maxLength: 10, description: 'The extension, in days or weeks: 30d or 4w.' })),
    days: Type.Optional(integer({ minimum: 1, maximum: 99_999, description: 'The extension in days.' })),
  }),
  plan(db, { license_key, by, days }, now) {
    if ((by === undefined) === (days === undefined)) {
      throw new OperatorError(
        message`say how much longer, with either ${fieldRef('by', '30d')} or ${fieldRef('days', '30')}`,
        'invalid_input',
      )
    }
    return planExtension(db, license_key, by ?? `${days}d`, now)
  },
})

const edit = licenseChange({
  command: 'license edit',
  route: 'PATCH /licenses/:license_key',
  summary: 'change a licence; fields you leave out keep their values',
  input: LicenseEdit,
  plan: planEdit,
  help: 'Validity counts whole days from the assignment.\n"license extend KEY 30d" counts from the end, or from now.',
})

const replace = operation({
  command: 'license replace',
  route: 'POST /licenses/:license_key/replace',
  role: 'support',
  summary: 'give the owner a new key on the same terms, and revoke the old one',
  input: Type.Object({
    ...Choice,
    new_key: Type.Optional(
      text({ maxLength: keyLengthMax, description: 'The new key; by default generated like the old one.' }),
    ),
    move_seats: Type.Optional(
      toggle({ description: 'Its devices keep their seats, on the new key: they need not ask "activate" again.' }),
    ),
    reason,
  }),
  output: view('Replacement', {
    ...LicenseSummaryView.properties,
    replaces: Type.String({ description: 'The licence key that is revoked.' }),
    replaces_id: Type.Integer({ description: 'The id of the licence that is revoked.' }),
    seats_moved: Type.Array(Type.String(), { description: 'The devices that hold their seats on the new key.' }),
    devices_to_activate: counter('Devices that have to activate with the new key.'),
  }),
  async loses({ license_key, move_seats }, { db }) {
    const { id, licenseKey } = await requireReplaceable(db.read, license_key)
    const taken = await countSeatsTaken(db.read, id)
    const seats = move_seats
      ? `${counted(taken, 'seat moves', 'seats move')} to the new key, which each device has to be given.`
      : 'Seats do not move: each device has to ask "activate" with the new key.'
    return `This revokes licence key "${licenseKey}" for good. ${refusal(taken)} ${seats}`
  },
  run: ({ db, now }, { license_key, new_key, move_seats, reason }) =>
    db.write(async (tx) => {
      const { made, old } = await replaceLicense(tx, license_key, { newKey: new_key, reason, now })
      const moved = move_seats ? await moveSeats(tx, old, made, now) : []
      return {
        ...(await summaryOf(tx, made, now)),
        replaces: old.licenseKey,
        replaces_id: old.id,
        seats_moved: moved,
        devices_to_activate: await countSeatsTaken(tx, old.id),
      }
    }),
  show: ({ license_key, summary, replaces, seats_moved: moved, devices_to_activate: devices }) => [
    `${license_key}: ${summary}.`,
    `It replaces ${replaces}, which is revoked for good.`,
    ...(moved.length ? [`These devices hold their seats on it: ${moved.join(', ')}. Give each the new key.`] : []),
    ...(devices ? [`Each device that used it (${devices}) has to ask "activate" with the new key.`] : []),
  ],
})

/** Operations that change the terms of a licence, or whether it may be used. */
export const licenseTerms = [block, unblock, revoke, extend, edit, replace]
