import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { Visitor } from '../../access/visitor'
import type { Deps } from '../../deps'
import { crowded } from '../../signing/signing-queue'
import { Device } from '../activations/model'
import { standing } from '../licenses/policy'
import { OfflineFileRequest } from './model'
import { getLicenseFile, makeOfflineFile } from './service'

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Files are signed in the queue of all signatures, each licence's in its turn. */
const askedBy = ({ signatures }: Deps, { now, lane }: Visitor) => ({
  now,
  inTurn: <T>(work: () => Promise<T>) => signatures.run(lane, work),
})

export const offline = (deps: Deps) =>
  new Elysia({ tags: ['Offline files'] })
    .use(gate(deps))
    .post(
      '/get-license-file',
      ({ body, visitor }) =>
        deps.signatures.isCrowded(visitor.lane) ? crowded() : getLicenseFile(deps, body, askedBy(deps, visitor)),
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
        if (deps.signatures.isCrowded(visitor.lane)) return crowded()
        const { text, refusal } = await makeOfflineFile(deps, body, askedBy(deps, visitor))
        return refusal ?? new Response(text, { headers })
      },
      endpoint('get-license-file', OfflineFileRequest, {
        summary: 'A signed JSON file that is good for a day without a connection',
        says: ['license_file_generation_failed', ...standing, 'no_activation_found'],
      }),
    )
