import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { License } from '../../db/schema/licensing'
import type { Queryable } from '../database/connection'
import { countSeatsTaken } from '../features/activations/service'
import { ownerOf } from '../features/assignments/service'
import { describeLicense } from '../features/desk/license-page'
import { stateInWords } from '../features/desk/state'
import { NewLicenses } from '../features/generators/model'
import { stockLicenses } from '../features/generators/stocking'
import { LicenseEdit, licenseReference } from '../features/licenses/model'
import {
  assignByOperator,
  blockLicense,
  editLicense,
  noteLicense,
  requireLicense,
  revokeLicense,
  unblockLicense,
} from '../features/licenses/operator'
import { removeLicenses } from '../features/licenses/service'
import { text } from '../intake/model'
import { type Operation, operation } from './operation'

const Choice = Type.Object({ license_key: licenseReference() })

const create = operation({
  command: 'license create',
  route: 'POST /licenses',
  role: 'operator',
  summary: 'make licence keys: those that are given, or drawn by a generator; assigned where an owner is named',
  input: NewLicenses,
  async run({ db, now }, input) {
    const made = await db.write((tx) => stockLicenses(tx, input, now))
    return { licenses: made.map((license) => describeLicense(license, 0, now)) }
  },
  show: ({ licenses }) => licenses.map(({ license_key }) => license_key),
})

/** An operation that changes one licence and shows it as it is then. */
function change<Input extends TObject>(declared: {
  command: Operation['command']
  route: Operation['route']
  bare?: readonly string[]
  summary: string
  input: Input
  loses?: (input: Static<Input>, db: Queryable) => Promise<string>
  make(tx: Queryable, input: Static<Input>, now: Date): Promise<License>
}) {
  const { make, loses, ...rest } = declared
  return operation({
    ...rest,
    role: 'operator',
    run: ({ db, now }, input: Static<Input>) =>
      db.write(async (tx) => {
        const license = await make(tx, input, now)
        const taken = await countSeatsTaken(tx, license.id)
        return { ...describeLicense(license, taken, now), summary: stateInWords(license, taken, now) }
      }),
    show: ({ license_key, summary }) => [`${license_key}: ${summary}.`],
    ...(loses && { loses: (input: Static<Input>, { db }) => loses(input, db.read) }),
  })
}

const assign = change({
  command: 'license assign',
  route: 'POST /licenses/:license_key/assign',
  summary: 'give a licence key that is in stock to an owner; its time begins',
  input: Type.Object({
    ...Choice.properties,
    owner_name: Type.Optional(text({ maxLength: 255, description: 'Whose it is from now on.' })),
    owner_email: Type.Optional(text({ maxLength: 255, description: 'Their address.' })),
  }),
  make: (tx, { license_key, ...owner }, now) => assignByOperator(tx, license_key, ownerOf(owner), now),
})

const block = change({
  command: 'license block',
  route: 'POST /licenses/:license_key/block',
  summary: 'refuse a licence with 204 from now on; its devices keep their seats, and "unblock" lets them in again',
  input: Choice,
  make: (tx, { license_key }, now) => blockLicense(tx, license_key, now),
})

const unblock = change({
  command: 'license unblock',
  route: 'POST /licenses/:license_key/unblock',
  summary: 'let a blocked licence be used again, as it was before',
  input: Choice,
  make: (tx, { license_key }, now) => unblockLicense(tx, license_key, now),
})

const revoke = change({
  command: 'license revoke',
  route: 'POST /licenses/:license_key/revoke',
  summary: 'block a licence for good, and tell its devices',
  input: Choice,
  async loses({ license_key }, db) {
    const taken = await countSeatsTaken(db, (await requireLicense(db, license_key)).id)
    return `This blocks "${license_key}" for good: no command unblocks it. ${devices(taken)} will be refused.`
  },
  make: (tx, { license_key }, now) => revokeLicense(tx, license_key, now),
})

const edit = change({
  command: 'license edit',
  route: 'PATCH /licenses/:license_key',
  summary: 'change a licence; what is not named stays as it is',
  input: LicenseEdit,
  make: editLicense,
})

const remove = change({
  command: 'license delete',
  route: 'DELETE /licenses/:license_key',
  summary: 'delete a licence key with its seats and its metadata, for good',
  input: Choice,
  async loses({ license_key }, db) {
    const taken = await countSeatsTaken(db, (await requireLicense(db, license_key)).id)
    return `This deletes "${license_key}" for good, with its metadata and its seats. ${devices(taken)} will be refused.`
  },
  async make(tx, { license_key }, now) {
    const license = await requireLicense(tx, license_key)
    await removeLicenses(tx, [license], now)
    return license
  },
})

const note = change({
  command: 'license note',
  route: 'POST /licenses/:license_key/notes',
  bare: ['note'],
  summary: 'write something down about a licence, for whoever reads its history',
  input: Type.Object({ ...Choice.properties, note: text({ maxLength: 4096, description: 'What to remember.' }) }),
  make: (tx, { license_key, note: words }, now) => noteLicense(tx, license_key, { note: words, now }),
})

const devices = (count: number) => (count === 1 ? '1 device' : `${count || 'No'} devices`)

/** What changes a licence. */
export const licenseChanges = [create, assign, block, unblock, revoke, edit, remove, note]
