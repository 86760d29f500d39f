import { Type } from '@sinclair/typebox'
import { licenseReference } from '../features/licenses/model'
import { setLicenseMeta, setProductMeta, unsetLicenseMeta, unsetProductMeta } from '../features/metadata/operator'
import { productReference } from '../features/products/model'
import { jsonText, text } from '../intake/model'
import { operation, type Subject } from './operation'

const key = text({ maxLength: 255, description: 'The name of the metadata.' })
const value = jsonText({ description: 'A text of at most 64 KiB.' })
const ofProduct = { product: productReference(), key }
const ofLicense = { license_key: licenseReference(), key }

export const productMeta: Subject = {
  name: 'product meta',
  about: 'what is noted of a product, for its software to read',
  operations: [
    operation({
      command: 'product meta set',
      route: 'PUT /products/:product/meta/:key',
      bare: ['value'],
      role: 'operator',
      summary: 'note something of a product, in place of what stood there',
      input: Type.Object({ ...ofProduct, value }),
      async run({ db, now }, { product, ...meta }) {
        await db.write((tx) => setProductMeta(tx, product, meta, now))
        return meta
      },
      show: (meta) => [`${meta.key} = ${meta.value}`],
    }),
    operation({
      command: 'product meta unset',
      route: 'DELETE /products/:product/meta/:key',
      role: 'operator',
      summary: 'take metadata off a product',
      input: Type.Object(ofProduct),
      async run({ db, now }, { product, key: name }) {
        await db.write((tx) => unsetProductMeta(tx, product, name, now))
        return { key: name }
      },
      show: (meta) => [`${meta.key} is gone.`],
    }),
  ],
}

export const licenseMeta: Subject = {
  name: 'license meta',
  about: 'what is noted of a licence, for its software to read',
  operations: [
    operation({
      command: 'license meta set',
      route: 'PUT /licenses/:license_key/meta/:key',
      bare: ['value'],
      role: 'operator',
      summary: 'note something of a licence, in place of what stood there',
      input: Type.Object({ ...ofLicense, value }),
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
      summary: 'take metadata off a licence',
      input: Type.Object(ofLicense),
      async run({ db, now }, { license_key, key: name }) {
        await db.write((tx) => unsetLicenseMeta(tx, license_key, name, now))
        return { key: name }
      },
      show: (meta) => [`${meta.key} is gone.`],
    }),
  ],
}
