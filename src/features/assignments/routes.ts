import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { Deps } from '../../deps'
import { Assignment, AssignmentAndActivation } from './model'
import { assignAndActivate, assignLicenseKey } from './service'

export const assignments = (deps: Deps) =>
  new Elysia({ tags: ['Assignments'] })
    .use(gate(deps))
    .post(
      '/assign-license-key',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => assignLicenseKey(tx, body, visitor.now)),
      endpoint('assign-license-key', Assignment),
    )
    .post(
      '/assign-and-activate-license-key',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => assignAndActivate(tx, body, visitor)),
      endpoint('assign-and-activate-license-key', AssignmentAndActivation),
    )
