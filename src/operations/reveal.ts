import { Type } from '@sinclair/typebox'
import { revealLicense } from '../features/licenses/operator'
import { licenseReference } from '../features/licenses/operator-model'
import { text } from '../intake/model'
import { nullable, view } from '../kernel/view'
import { operation } from './operation'

const input = Type.Object({
  license_key: licenseReference(),
  reason: text({ maxLength: 1024, description: 'Why you need it; the audit log keeps this.' }),
})

/** Shows a licence key in full to the support role. */
export const revealKey = operation({
  command: 'license reveal',
  route: 'POST /licenses/:license_key/reveal',
  bare: ['reason'],
  role: 'support',
  reveals: true,
  summary: 'show a licence key in full; the audit log keeps who asked, and why',
  input,
  output: view('RevealedKey', { id: Type.Integer(), license_key: Type.String() }),
  async run({ db, now }, { license_key, reason }) {
    const { id, licenseKey } = await db.write((tx) =>
      revealLicense(tx, license_key, { verb: 'license.key-revealed', reason, now }),
    )
    return { id, license_key: licenseKey }
  },
  show: ({ license_key }) => [license_key],
})

/** Shows the owner's e-mail address in full to the support role. */
export const revealOwner = operation({
  command: 'customer reveal',
  route: 'POST /licenses/:license_key/owner/reveal',
  bare: ['reason'],
  role: 'support',
  reveals: true,
  summary: 'show the e-mail address of a licence’s owner in full; the audit log keeps who asked, and why',
  input,
  output: view('RevealedOwner', {
    id: Type.Integer({ description: 'The id of the licence.' }),
    owner_name: nullable(Type.String()),
    owner_email: nullable(Type.String()),
  }),
  async run({ db, now }, { license_key, reason }) {
    const { id, ownerName, ownerEmail } = await db.write((tx) =>
      revealLicense(tx, license_key, { verb: 'license.owner-revealed', reason, now }),
    )
    return { id, owner_name: ownerName, owner_email: ownerEmail }
  },
  show: ({ owner_name, owner_email }) => [[owner_name, owner_email].filter(Boolean).join(' · ') || 'It has no owner.'],
})
