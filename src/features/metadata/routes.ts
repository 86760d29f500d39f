import type { Static } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { AdmittedRequest } from '../../access/admitted-request'
import { endpoint, gate } from '../../access/gate'
import type { Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import type { Outcome } from '../../kernel/outcome'
import { standing } from '../licenses/policy'
import { LicenseMeta, LicenseMetaChoice, ProductMeta, ProductMetaChoice } from './model'
import { withinMetadataQuota } from './quota'
import {
  createLicenseMeta,
  createProductMeta,
  deleteLicenseMeta,
  deleteProductMeta,
  updateLicenseMeta,
  updateProductMeta,
} from './service'

export function metadata(deps: Deps) {
  const changed = (body: Static<typeof LicenseMeta>, admitted: AdmittedRequest, work: (tx: Tx) => Promise<Outcome>) =>
    deps.once.perform(admitted, (tx) => withinMetadataQuota(deps, tx, body, admitted.now, () => work(tx)))
  return new Elysia({ tags: ['Metadata'] })
    .use(gate(deps))
    .post(
      '/create-license-key-meta',
      ({ body, admitted }) => changed(body, admitted, (tx) => createLicenseMeta(tx, body, admitted.now)),
      endpoint('create-license-key-meta', LicenseMeta, {
        summary: 'Add metadata to a licence',
        says: [
          'metadata_created',
          'meta_key_required_create',
          'meta_value_required_create',
          'meta_key_already_exists_create',
          ...standing,
          'no_activation_found',
        ],
      }),
    )
    .post(
      '/update-license-key-meta',
      ({ body, admitted }) => changed(body, admitted, (tx) => updateLicenseMeta(tx, body, admitted.now)),
      endpoint('update-license-key-meta', LicenseMeta, {
        summary: 'Change metadata of a licence',
        says: [
          'metadata_updated',
          'meta_key_required_update',
          'meta_value_required_update',
          'meta_key_not_exists_update',
          ...standing,
          'no_activation_found',
        ],
      }),
    )
    .post(
      '/delete-license-key-meta',
      ({ body, admitted }) => changed(body, admitted, (tx) => deleteLicenseMeta(tx, body, admitted.now)),
      endpoint('delete-license-key-meta', LicenseMetaChoice, {
        summary: 'Remove metadata from a licence',
        says: [
          'metadata_deleted',
          'meta_key_required_delete',
          'meta_key_not_exists_delete',
          ...standing,
          'no_activation_found',
        ],
      }),
    )
    .post(
      '/create-product-meta',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => createProductMeta(tx, body, admitted.now)),
      endpoint('create-product-meta', ProductMeta, {
        summary: 'Add metadata to a product',
        says: [
          'product_meta_created',
          'product_not_found_meta_create',
          'product_meta_key_required_create',
          'product_meta_value_required_create',
          'product_meta_key_already_exists',
        ],
      }),
    )
    .post(
      '/update-product-meta',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => updateProductMeta(tx, body, admitted.now)),
      endpoint('update-product-meta', ProductMeta, {
        summary: 'Change metadata of a product',
        says: [
          'product_meta_updated',
          'product_not_found_meta_update',
          'product_meta_key_required_update',
          'product_meta_value_required_update',
          'product_meta_key_not_exists_update',
        ],
      }),
    )
    .post(
      '/delete-product-meta',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => deleteProductMeta(tx, body, admitted.now)),
      endpoint('delete-product-meta', ProductMetaChoice, {
        summary: 'Remove metadata from a product',
        says: [
          'product_meta_deleted',
          'product_not_found_meta_delete',
          'product_meta_key_required_delete',
          'product_meta_key_not_exists_delete',
        ],
      }),
    )
}
