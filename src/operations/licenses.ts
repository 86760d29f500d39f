import { Type } from '@sinclair/typebox'
import { ownerOf } from '../features/assignments/service'
import { NewLicenses } from '../features/generators/operator-model'
import { stockLicenses } from '../features/generators/stocking'
import { assignByOperator, noteLicense, requireLicense } from '../features/licenses/operator'
import { licenseReference } from '../features/licenses/operator-model'
import { removeLicenses } from '../features/licenses/service'
import { LicenseSummaryView, LicenseView, licenseView } from '../features/support/license-view'
import { refusal } from '../features/support/loss'
import { text } from '../intake/model'
import { licenseDeed, summaryOf } from './license-change'
import { operation } from './operation'

const Choice = Type.Object({ license_key: licenseReference() })

const create = operation({
  command: 'license create',
  route: 'POST /licenses',
  role: 'operator',
  summary: 'create licence keys, given or generated; with an owner they are assigned',
  input: NewLicenses,
  output: Type.Object({ licenses: Type.Array(LicenseView) }),
  async run({ db, now }, input) {
    const made = await db.write((tx) => stockLicenses(tx, input, now))
    return { licenses: made.map((license) => licenseView(license, 0, now)) }
  },
  show: ({ licenses }) => licenses.map(({ license_key }) => license_key),
})

const assign = licenseDeed({
  command: 'license assign',
  route: 'POST /licenses/:license_key/assign',
  summary: 'assign a licence key from stock to an owner; its validity starts',
  input: Type.Object({
    ...Choice.properties,
    owner_name: Type.Optional(text({ maxLength: 255, description: 'The name of the owner.' })),
    owner_email: Type.Optional(text({ maxLength: 255, description: 'The e-mail address of the owner.' })),
  }),
  make: (tx, { license_key, ...owner }, now) => assignByOperator(tx, license_key, ownerOf(owner), now),
})

const remove = operation({
  command: 'license delete',
  route: 'DELETE /licenses/:license_key',
  role: 'operator',
  summary: 'permanently delete a licence key with its seats and metadata',
  input: Choice,
  output: LicenseSummaryView,
  async loses({ license_key }, { db, now }) {
    const license = await requireLicense(db.read, license_key)
    const { summary, seats_taken } = await summaryOf(db.read, license, now)
    return `This deletes licence key "${license.licenseKey}" for good, with its seats and its metadata. It is ${summary}. ${refusal(seats_taken)}`
  },
  run: ({ db, now }, { license_key }) =>
    db.write(async (tx) => {
      const license = await requireLicense(tx, license_key)
      const summary = await summaryOf(tx, license, now)
      await removeLicenses(tx, [license], now)
      return summary
    }),
  show: ({ license_key, summary }) => [`${license_key} is deleted; it was ${summary}.`],
})

const note = licenseDeed({
  command: 'license note',
  route: 'POST /licenses/:license_key/notes',
  role: 'support',
  bare: ['note'],
  summary: 'add a note to the history of a licence',
  input: Type.Object({ ...Choice.properties, note: text({ maxLength: 4096, description: 'The note.' }) }),
  make: (tx, { license_key, note: words }, now) => noteLicense(tx, license_key, { note: words, now }),
})

/** Operations that create, assign, delete and annotate licences. */
export const licenseDeeds = [create, assign, remove, note]
