import { Elysia } from 'elysia'
import { gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { standing } from '../licenses/policy'
import { LicenseFeature } from './model'
import { getLicenseFeature } from './service'

export const entitlements = (deps: Deps) =>
  new Elysia({ tags: ['Licence features'] }).use(gate(deps)).get(
    '/licenses/:license_key/features/:feature',
    ({ query, visitor }) => getLicenseFeature(deps.db.read, query, visitor.now),
    lookup('get-license-feature', LicenseFeature, {
      summary: 'What a feature is worth on a licence',
      says: ['license_feature', ...standing],
    }),
  )
