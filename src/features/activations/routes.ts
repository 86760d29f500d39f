import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { Deps } from '../../deps'
import { Device, DeviceActivation } from './model'
import { activate, deactivate, getLicenseKeyDetails, verify } from './service'

export const activations = (deps: Deps) =>
  new Elysia({ tags: ['Activations'] })
    .use(gate(deps))
    .post(
      '/verify',
      ({ body, visitor }) => verify(deps.db.read, body, deps.sightings, visitor.now),
      endpoint('verify', Device),
    )
    .post(
      '/activate',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => activate(tx, body, visitor)),
      endpoint('activate', DeviceActivation),
    )
    .post(
      '/deactivate',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => deactivate(tx, body, visitor.now)),
      endpoint('deactivate', Device),
    )
    .post(
      '/get-license-key-details',
      ({ body, visitor }) => getLicenseKeyDetails(deps.db.read, body, visitor.now),
      endpoint('get-license-key-details', Device),
    )
