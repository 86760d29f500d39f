import { Elysia } from 'elysia'
import { gate, pathLookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { standing } from '../licenses/policy'
import { LicenseFeature } from './model'
import { getLicenseFeature } from './service'

export const entitlements = (deps: Deps) =>
  new Elysia({ tags: ['Licence features'] }).use(gate(deps)).get(
    '/licenses/:license_key/features/:feature',
    ({ params, admitted }) => getLicenseFeature(deps.db.read, params, admitted.now),
    pathLookup('get-license-feature', LicenseFeature, {
      summary: 'Show the value of a feature on a licence',
      says: ['license_feature', ...standing],
    }),
  )
