import { type License, licenses } from '../../../db/schema/licensing'
import type { SeenActivation } from '../../features/activations/service'
import { licenseFields } from '../../features/licenses/fields'
import { fieldsOf } from '../../kernel/fields'
import { licenseModel } from './license-line'
import type { MetaLine } from './meta'
import { putLicenses } from './put-licenses'
import { everyRow, listLicenseMetaOf, listSeatsOf } from './store'
import type { Table } from './table'

const nested = ['activations', 'meta_data', 'features']

/** Fields that the exports of some versions lack. */
const unsure = ['expires_at', 'withheld', 'block_reason', 'blocked_from', 'replaced_by']

/** Licences, with their metadata and the devices that hold or held seats on them. */
export const licensesTable: Table = {
  name: 'licenses',
  subject: 'license',
  model: licenseModel,
  nested,
  spellings: {
    key: 'license_key',
    license: 'license_key',
    licence: 'license_key',
    licence_key: 'license_key',
    serial: 'license_key',
    serial_key: 'license_key',
    serial_number: 'license_key',
    product_name: 'product',
    name: 'owner_name',
    customer: 'owner_name',
    owner: 'owner_name',
    customer_name: 'owner_name',
    email: 'owner_email',
    mail: 'owner_email',
    customer_email: 'owner_email',
    customer_mail: 'owner_email',
    limit: 'activation_limit',
    activations_limit: 'activation_limit',
    max_activations: 'activation_limit',
    max_devices: 'activation_limit',
    days: 'validity',
    valid_days: 'validity',
    validity_in_days: 'validity',
    state: 'status',
    sold_at: 'assigned_at',
    purchased_at: 'assigned_at',
    issued_at: 'assigned_at',
    expires: 'expires_at',
    expiry: 'expires_at',
    expiry_date: 'expires_at',
    expiration_date: 'expires_at',
    valid_until: 'expires_at',
    created: 'created_at',
    updated: 'updated_at',
    identifier: 'activations',
    identifiers: 'activations',
    hardware_id: 'activations',
    hwid: 'activations',
    domain: 'activations',
    domains: 'activations',
    devices: 'activations',
    meta: 'meta_data',
    metadata: 'meta_data',
    feature_flags: 'features',
  },
  ignored: ['uuid', 'customer_id', 'environment', 'source', 'deleted_at'],
  exported: [...Object.keys(licenseModel.properties).filter((name) => !unsure.includes(name)), ...nested],
  put: putLicenses,
  async *rows(db) {
    for await (const page of everyRow(db, licenses)) {
      const ids = page.map(({ id }) => id)
      const meta = Map.groupBy(await listLicenseMetaOf(db, ids), ({ licenseId }) => licenseId)
      const seats = Map.groupBy(await listSeatsOf(db, ids), ({ licenseId }) => licenseId)
      for (const license of page) yield lineOf(license, meta.get(license.id) ?? [], seats.get(license.id) ?? [])
    }
  },
}

const lineOf = (license: License, meta: MetaLine[], seats: SeenActivation[]) => ({
  ...fieldsOf(license, licenseFields),
  ...fieldsOf(license, ['blocked_from', 'withheld', 'features']),
  meta_data: meta.map(({ key, value }) => ({ key, value })),
  activations: seats.map((seat) => fieldsOf(seat, seatFields)),
})

const seatFields = [
  'id',
  'identifier',
  'post_url',
  'ip',
  'user_agent',
  'activated_at',
  'deactivated_at',
  'last_verified_at',
] as const
