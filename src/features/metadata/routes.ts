import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { Deps } from '../../deps'
import { LicenseMeta, LicenseMetaChoice, ProductMeta, ProductMetaChoice } from './model'
import {
  createLicenseMeta,
  createProductMeta,
  deleteLicenseMeta,
  deleteProductMeta,
  updateLicenseMeta,
  updateProductMeta,
} from './service'

export const metadata = (deps: Deps) =>
  new Elysia({ tags: ['Metadata'] })
    .use(gate(deps))
    .post(
      '/create-license-key-meta',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => createLicenseMeta(tx, body, visitor.now)),
      endpoint('create-license-key-meta', LicenseMeta),
    )
    .post(
      '/update-license-key-meta',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => updateLicenseMeta(tx, body, visitor.now)),
      endpoint('update-license-key-meta', LicenseMeta),
    )
    .post(
      '/delete-license-key-meta',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => deleteLicenseMeta(tx, body, visitor.now)),
      endpoint('delete-license-key-meta', LicenseMetaChoice),
    )
    .post(
      '/create-product-meta',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => createProductMeta(tx, body)),
      endpoint('create-product-meta', ProductMeta),
    )
    .post(
      '/update-product-meta',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => updateProductMeta(tx, body)),
      endpoint('update-product-meta', ProductMeta),
    )
    .post(
      '/delete-product-meta',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => deleteProductMeta(tx, body)),
      endpoint('delete-product-meta', ProductMetaChoice),
    )
