import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { Deps } from '../../deps'
import { Device } from '../activations/model'
import { standing } from '../licenses/policy'
import { OfflineFileRequest } from './model'
import { getLicenseFile, makeOfflineFile } from './service'

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

export const offline = (deps: Deps) =>
  new Elysia({ tags: ['Offline files'] })
    .use(gate(deps))
    .post(
      '/get-license-file',
      ({ body, visitor }) => getLicenseFile(deps, body, visitor.now),
      endpoint('get-license-file', Device, {
        summary: 'A licence file that is good without a connection',
        says: [
          'license_file_retrieved',
          'license_key_not_found_details',
          'license_file_generation_failed',
          ...standing,
          'no_activation_found',
        ],
      }),
    )
    .post(
      '/licenses/:license_key/offline-file',
      async ({ body, visitor }) => {
        const { text, refusal } = await makeOfflineFile(deps, body, visitor.now)
        return refusal ?? new Response(text, { headers })
      },
      endpoint('get-license-file', OfflineFileRequest, {
        summary: 'A signed JSON file that is good for a day without a connection',
        says: ['license_file_generation_failed', ...standing, 'no_activation_found'],
      }),
    )
