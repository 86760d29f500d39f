import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { Deps } from '../../deps'
import { withinSeatRate } from '../activations/churn'
import { standing } from '../licenses/policy'
import { Assignment, AssignmentAndActivation, Order } from './model'
import { namesBuyer, queueOrder, randomAssign } from './order'
import { assignAndActivate, assignLicenseKey } from './service'

export const assignments = (deps: Deps) =>
  new Elysia({ tags: ['Assignments'] })
    .use(gate(deps))
    .post(
      '/assign-license-key',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => assignLicenseKey(tx, body, admitted.now)),
      endpoint('assign-license-key', Assignment, {
        summary: 'Assign a licence key to an owner',
        says: ['license_key_assigned', 'invalid_or_already_assigned'],
      }),
    )
    .post(
      '/assign-and-activate-license-key',
      ({ body, admitted }) =>
        deps.once.perform(admitted, (tx) =>
          withinSeatRate(deps, tx, { license_key: body.license_key, now: admitted.now }, () =>
            assignAndActivate({ tx, limit: deps.limit }, body, admitted),
          ),
        ),
      endpoint('assign-and-activate-license-key', AssignmentAndActivation, {
        summary: 'Assign a licence key to an owner and activate it, both or neither',
        says: [
          'license_activated',
          'license_already_active',
          'activation_limit_reached',
          'invalid_or_already_assigned',
          ...standing,
        ],
      }),
    )
    .post(
      '/random-assign-license-keys',
      ({ body, admitted }) =>
        deps.once.fulfil(admitted, (tx) => randomAssign(tx, body, admitted.now), {
          namesBuyer: namesBuyer(body),
        }),
      endpoint('random-assign-license-keys', Order, {
        summary: 'Order: assign any keys of a product, from stock or generated; all or none',
        says: [
          'license_keys_assigned',
          'insufficient_license_keys',
          'product_not_found_assign',
          'generator_not_found_assign',
        ],
      }),
    )
    .post(
      '/random-assign-license-keys-queued',
      ({ body, admitted }) =>
        deps.once.fulfil(admitted, (tx) => queueOrder(tx, body, admitted.now), {
          namesBuyer: namesBuyer(body),
        }),
      endpoint('random-assign-license-keys-queued', Order, {
        summary: 'Queue an order; the outcome is posted to a webhook',
        says: ['request_queued'],
      }),
    )
