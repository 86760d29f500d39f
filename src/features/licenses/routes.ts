import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { updateLicenseKey } from './change'
import { LicenseKeyChoice, LicenseKeyFilter, LicenseKeyUpdate, StockChoice } from './model'
import { countAvailableKeys, deleteLicenseKey, getLicenseKeys } from './service'

export const licenseRoutes = (deps: Deps) =>
  new Elysia({ tags: ['Licence keys'] })
    .use(gate(deps))
    .post(
      '/update-license-key',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => updateLicenseKey(tx, body, admitted.now)),
      endpoint('update-license-key', LicenseKeyUpdate, {
        summary: 'Change a licence key; fields you leave out keep their values',
        says: ['license_key_updated', 'license_key_not_found_update', 'incorrect_data_license_update'],
      }),
    )
    .post(
      '/delete-license-key',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => deleteLicenseKey(tx, body, admitted.now)),
      endpoint('delete-license-key', LicenseKeyChoice, {
        summary: 'Delete a licence key with its activations and metadata',
        says: ['license_key_deleted', 'license_key_not_found'],
      }),
    )
    .get(
      '/get-license-keys',
      ({ query }) => getLicenseKeys(deps.db.read, query),
      lookup('get-license-keys', LicenseKeyFilter, {
        summary: 'List licence keys, at most 10,000 in one answer',
        says: ['license_keys_list'],
      }),
    )
    .get(
      '/get-available-license-keys-count',
      ({ query }) => countAvailableKeys(deps.db.read, query),
      lookup('get-available-license-keys-count', StockChoice, {
        summary: 'Count the keys of a product that can be assigned',
        says: ['available_license_keys_count', 'product_not_exists_count'],
      }),
    )
