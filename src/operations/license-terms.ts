import { Type } from '@sinclair/typebox'
import { countSeatsTaken } from '../features/activations/service'
import { replaceLicense, requireReplaceable } from '../features/generators/replacing'
import { keyLengthMax } from '../features/licenses/model'
import { planBlock, planEdit, planExtension, planRevocation, planUnblock } from '../features/licenses/operator'
import { LicenseEdit, licenseReference } from '../features/licenses/operator-model'
import { LicenseSummaryView } from '../features/support/license-view'
import { refusal } from '../features/support/loss'
import { text } from '../intake/model'
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
    by: text({ maxLength: 10, description: 'The extension, in days or weeks: 30d or 4w.' }),
  }),
  plan: (db, { license_key, by }, now) => planExtension(db, license_key, by, now),
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
    reason,
  }),
  output: view('Replacement', {
    ...LicenseSummaryView.properties,
    replaces: Type.String({ description: 'The licence key that is revoked.' }),
    devices_to_activate: counter('Devices that have to activate with the new key.'),
  }),
  async loses({ license_key }, { db }) {
    const { id } = await requireReplaceable(db.read, license_key)
    const taken = await countSeatsTaken(db.read, id)
    return `This revokes licence key "${license_key}" for good. ${refusal(taken)} Seats do not move: each device has to ask "activate" with the new key.`
  },
  run: ({ db, now }, { license_key, new_key, reason }) =>
    db.write(async (tx) => {
      const { made, old } = await replaceLicense(tx, license_key, { newKey: new_key, reason, now })
      const { seats_taken } = await summaryOf(tx, old, now)
      return { ...(await summaryOf(tx, made, now)), replaces: license_key, devices_to_activate: seats_taken }
    }),
  show: ({ license_key, summary, replaces, devices_to_activate: devices }) => [
    `${license_key}: ${summary}.`,
    `It replaces ${replaces}, which is revoked for good.`,
    ...(devices ? [`Each device that used it (${devices}) has to ask "activate" with the new key.`] : []),
  ],
})

/** Operations that change the terms of a licence, or whether it may be used. */
export const licenseTerms = [block, unblock, revoke, extend, edit, replace]
