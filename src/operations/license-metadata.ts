import { Type } from '@sinclair/typebox'
import { licenseReference } from '../features/licenses/operator-model'
import { metaKey, metaValue } from '../features/metadata/model'
import { setLicenseMeta, unsetLicenseMeta } from '../features/metadata/operator'
import { MetaPairView } from '../features/products/view'
import { operation, type Subject } from './operation'

const Choice = { license_key: licenseReference(), key: metaKey() }

export const licenseMeta = {
  name: 'license meta',
  about: 'metadata of a licence, which its software can read',
  operations: [
    operation({
      command: 'license meta set',
      route: 'PUT /licenses/:license_key/meta/:key',
      bare: ['value'],
      role: 'operator',
      summary: 'set metadata of a licence; an existing value is replaced',
      input: Type.Object({ ...Choice, value: metaValue() }),
      output: MetaPairView,
      async run({ db, now }, { license_key, ...meta }) {
        await db.write((tx) => setLicenseMeta(tx, license_key, meta, now))
        return meta
      },
      show: (meta) => [`${meta.key} = ${meta.value}`],
    }),
    operation({
      command: 'license meta unset',
      route: 'DELETE /licenses/:license_key/meta/:key',
      role: 'operator',
      summary: 'remove metadata from a licence',
      input: Type.Object(Choice),
      output: Type.Object({ key: Type.String() }),
      async run({ db, now }, { license_key, key: name }) {
        await db.write((tx) => unsetLicenseMeta(tx, license_key, name, now))
        return { key: name }
      },
      show: (meta) => [`${meta.key} is gone.`],
    }),
  ],
} as const satisfies Subject
