import type { Static } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { Visitor } from '../../access/visitor'
import type { Queryable } from '../../database/connection'
import type { Deps } from '../../deps'
import type { Outcome } from '../../kernel/outcome'
import { standing } from '../licenses/policy'
import { withinSeatRate } from './churn'
import { Device, DeviceActivation, VerifiedDevice } from './model'
import { activate, deactivate, getLicenseKeyDetails, verify } from './service'

export function activations(deps: Deps) {
  const seated = (device: Static<typeof Device>, visitor: Visitor, work: (tx: Queryable) => Promise<Outcome>) =>
    deps.once.perform(visitor, (tx) =>
      withinSeatRate(deps, tx, { license_key: device.license_key, now: visitor.now }, () => work(tx)),
    )
  return new Elysia({ tags: ['Activations'] })
    .use(gate(deps))
    .post(
      '/verify',
      ({ body, visitor }) => verify(deps, body, visitor),
      endpoint('verify', VerifiedDevice, {
        summary: 'Ask whether a licence is good on a device',
        says: ['valid_license_key', 'envato_purchase_code_added', ...standing, 'no_activation_found'],
      }),
    )
    .post(
      '/activate',
      ({ body, visitor }) => seated(body, visitor, (tx) => activate(tx, body, visitor)),
      endpoint('activate', DeviceActivation, {
        summary: 'Take a seat on a licence for a device',
        says: ['license_activated', 'license_already_active', 'activation_limit_reached', ...standing],
      }),
    )
    .post(
      '/deactivate',
      ({ body, visitor }) => seated(body, visitor, (tx) => deactivate(tx, body, visitor.now)),
      endpoint('deactivate', Device, {
        summary: "Free a device's seat",
        says: ['license_deactivated', 'license_already_inactive', 'invalid_license_key', 'identifier_required'],
      }),
    )
    .post(
      '/get-license-key-details',
      ({ body, visitor }) => getLicenseKeyDetails(deps.db.read, body, visitor.now),
      endpoint('get-license-key-details', Device, {
        summary: 'The licence and its product, for a device that holds a seat',
        says: ['active_license_found', ...standing, 'no_activation_found'],
      }),
    )
}
