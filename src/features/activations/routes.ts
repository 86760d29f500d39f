import type { Static } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { RequestContext } from '../../access/request-context'
import type { Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import type { Outcome } from '../../kernel/outcome'
import { standing } from '../licenses/policy'
import { withinSeatRate } from './churn'
import { Device, DeviceActivation, VerifiedDevice } from './model'
import { activate, deactivate, getLicenseKeyDetails, verify } from './service'

export function activationRoutes(deps: Deps) {
  const seated = (device: Static<typeof Device>, requestContext: RequestContext, work: (tx: Tx) => Promise<Outcome>) =>
    deps.once.perform(requestContext, (tx) =>
      withinSeatRate(deps, tx, { license_key: device.license_key, now: requestContext.now }, () => work(tx)),
    )
  return new Elysia({ tags: ['Activations'] })
    .use(gate(deps))
    .post(
      '/verify',
      ({ body, requestContext }) => verify(deps, body, requestContext),
      endpoint('verify', VerifiedDevice, {
        summary: 'Check that a licence is valid on a device',
        says: ['valid_license_key', 'envato_purchase_code_added', ...standing, 'no_activation_found'],
      }),
    )
    .post(
      '/activate',
      ({ body, requestContext }) =>
        seated(body, requestContext, (tx) => activate({ tx, limit: deps.limit }, body, requestContext)),
      endpoint('activate', DeviceActivation, {
        summary: 'Take a seat on a licence for a device',
        says: ['license_activated', 'license_already_active', 'activation_limit_reached', ...standing],
      }),
    )
    .post(
      '/deactivate',
      ({ body, requestContext }) => seated(body, requestContext, (tx) => deactivate(tx, body, requestContext.now)),
      endpoint('deactivate', Device, {
        summary: 'Free the seat of a device',
        says: ['license_deactivated', 'license_already_inactive', 'invalid_license_key', 'identifier_required'],
      }),
    )
    .post(
      '/get-license-key-details',
      ({ body, requestContext }) => getLicenseKeyDetails(deps.db.read, body, requestContext.now),
      endpoint('get-license-key-details', Device, {
        summary: 'Show a licence and its product to a device that holds a seat',
        says: ['active_license_found', ...standing, 'no_activation_found'],
      }),
    )
}
