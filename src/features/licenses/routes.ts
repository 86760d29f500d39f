import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { ProductChoice } from '../products/model'
import { LicenseKeyChoice, LicenseKeyFilter, LicenseKeysDraft, LicenseKeyUpdate } from './model'
import { countAvailableKeys, createLicenseKeys, deleteLicenseKey, getLicenseKeys, updateLicenseKey } from './service'

export const licenses = (deps: Deps) =>
  new Elysia({ tags: ['Licence keys'] })
    .use(gate(deps))
    .post(
      '/create-license-keys',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => createLicenseKeys(tx, body, visitor.now)),
      endpoint('create-license-keys', LicenseKeysDraft),
    )
    .post(
      '/update-license-key',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => updateLicenseKey(tx, body, visitor.now)),
      endpoint('update-license-key', LicenseKeyUpdate),
    )
    .post(
      '/delete-license-key',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => deleteLicenseKey(tx, body, visitor.now)),
      endpoint('delete-license-key', LicenseKeyChoice),
    )
    .get(
      '/get-license-keys',
      ({ query }) => getLicenseKeys(deps.db.read, query),
      lookup('get-license-keys', LicenseKeyFilter),
    )
    .get(
      '/get-available-license-keys-count',
      ({ query }) => countAvailableKeys(deps.db.read, query),
      lookup('get-available-license-keys-count', ProductChoice),
    )
