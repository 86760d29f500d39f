import type { Static } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { AdmittedRequest } from '../../access/admitted-request'
import { endpoint, gate } from '../../access/gate'
import type { Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import type { Outcome } from '../../kernel/outcome'
import { standing } from '../licenses/policy'
import { withinSeatRate } from './churn'
import { Device, DeviceActivation, VerifiedDevice } from './model'
import { activate, deactivate, getLicenseKeyDetails, verify } from './service'

export function activationRoutes(deps: Deps) {
  const seated = (device: Static<typeof Device>, admitted: AdmittedRequest, work: (tx: Tx) => Promise<Outcome>) =>
    deps.once.perform(admitted, (tx) =>
      withinSeatRate(deps, tx, { license_key: device.license_key, now: admitted.now }, () => work(tx)),
    )
  return new Elysia({ tags: ['Activations'] })
    .use(gate(deps))
    .post(
      '/verify',
      ({ body, admitted }) => verify(deps, body, admitted),
      endpoint('verify', VerifiedDevice, {
        summary: 'Check that a licence is valid on a device',
        says: ['valid_license_key', 'envato_purchase_code_added', ...standing, 'no_activation_found'],
      }),
    )
    .post(
      '/activate',
      ({ body, admitted }) => seated(body, admitted, (tx) => activate({ tx, limit: deps.limit }, body, admitted)),
      endpoint('activate', DeviceActivation, {
        summary: 'Take a seat on a licence for a device',
        says: ['license_activated', 'license_already_active', 'activation_limit_reached', ...standing],
      }),
    )
    .post(
      '/deactivate',
      ({ body, admitted }) => seated(body, admitted, (tx) => deactivate(tx, body, admitted.now)),
      endpoint('deactivate', Device, {
        summary: 'Free the seat of a device',
        says: ['license_deactivated', 'license_already_inactive', 'invalid_license_key', 'identifier_required'],
      }),
    )
    .post(
      '/get-license-key-details',
      ({ body, admitted }) => getLicenseKeyDetails(deps.db.read, body, admitted.now),
      endpoint('get-license-key-details', Device, {
        summary: 'Show a licence and its product to a device that holds a seat',
        says: ['active_license_found', ...standing, 'no_activation_found'],
      }),
    )
}
