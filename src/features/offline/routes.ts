import { Elysia } from 'elysia'
import type { AdmittedRequest } from '../../access/admitted-request'
import { endpoint, gate } from '../../access/gate'
import type { Deps } from '../../deps'
import { crowded } from '../../signing/signing-queue'
import { Device } from '../activations/model'
import { standing } from '../licenses/policy'
import { OfflineFileRequest } from './model'
import { getLicenseFile, makeOfflineFile } from './service'

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Files are signed in the shared signature queue, in the licence's turn. */
const askedBy = ({ signatures }: Deps, { now, requestId, lane, answerOptions }: AdmittedRequest) => ({
  now,
  requestId,
  keyId: answerOptions?.keyId,
  algorithm: answerOptions?.algorithm,
  proof: answerOptions?.proof,
  inTurn: <T>(work: () => Promise<T>) => signatures.run(lane, work),
})

export const offline = (deps: Deps) =>
  new Elysia({ tags: ['Offline files'] })
    .use(gate(deps))
    .post(
      '/get-license-file',
      ({ body, admitted }) =>
        deps.signatures.isCrowded(admitted.lane) ? crowded() : getLicenseFile(deps, body, askedBy(deps, admitted)),
      endpoint('get-license-file', Device, {
        summary: 'Get a .lic file for use offline, valid until the licence ends',
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
      async ({ body, admitted }) => {
        const waits = deps.keys.algorithmFor(admitted.answerOptions ?? {}) === 'RS256'
        if (waits && deps.signatures.isCrowded(admitted.lane)) return crowded()
        const { text, refusal } = await makeOfflineFile(deps, body, askedBy(deps, admitted))
        return refusal ?? new Response(text, { headers })
      },
      endpoint('get-license-file', OfflineFileRequest, {
        summary: 'Get a signed JSON file for use offline, valid for a day plus grace',
        says: ['license_file_generation_failed', ...standing, 'no_activation_found'],
      }),
    )
