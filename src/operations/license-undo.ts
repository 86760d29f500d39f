import { Type } from '@sinclair/typebox'
import { countSeatsTaken } from '../features/activations/service'
import { requireLicense } from '../features/licenses/operator'
import { licenseReference } from '../features/licenses/operator-model'
import { LicenseSummaryView } from '../features/support/license-view'
import { lossOf } from '../features/support/loss'
import { planUndo, undoChange } from '../features/support/undo'
import { integer } from '../intake/model'
import { view } from '../kernel/view'
import { summaryOf } from './license-change'
import { operation } from './operation'

export const undoLicenseChange = operation({
  command: 'license undo',
  route: 'POST /licenses/:license_key/undo',
  bare: ['entry'],
  role: 'support',
  summary: 'undo one change of a licence, unless what it changed was changed since',
  input: Type.Object({
    license_key: licenseReference(),
    entry: integer({ minimum: 1, description: 'The id of the change, from the history of the licence.' }),
  }),
  output: view('UndoneChange', {
    ...LicenseSummaryView.properties,
    undone: Type.Integer({ description: 'The id of the change. The undo is a change of its own.' }),
  }),
  async loses({ license_key, entry }, { db, now }) {
    const license = await requireLicense(db.read, license_key)
    const { after } = await planUndo(db.read, license, entry)
    return lossOf(license, after, await countSeatsTaken(db.read, license.id), now)
  },
  run: ({ db, now, user }, { license_key, entry }) =>
    db.write(async (tx) => {
      const undoing = { entryId: entry, role: user?.role ?? 'owner' }
      const after = await undoChange(tx, await requireLicense(tx, license_key), undoing, now)
      return { ...(await summaryOf(tx, after, now)), undone: entry }
    }),
  show: ({ license_key, summary, undone }) => [`Change ${undone} is undone. ${license_key}: ${summary}.`],
})
