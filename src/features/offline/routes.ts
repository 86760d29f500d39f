import { Elysia } from 'elysia'
import { endpoint, gate } from '../../access/gate'
import type { Deps } from '../../deps'
import { Device } from '../activations/model'
import { OfflineFileRequest } from './model'
import { getLicenseFile, makeOfflineFile } from './service'

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

export const offline = (deps: Deps) =>
  new Elysia({ tags: ['Offline files'] })
    .use(gate(deps))
    .post(
      '/get-license-file',
      ({ body, visitor }) => getLicenseFile(deps, body, visitor.now),
      endpoint('get-license-file', Device),
    )
    .post(
      '/licenses/:license_key/offline-file',
      async ({ body, visitor }) => {
        const { text, refusal } = await makeOfflineFile(deps, body, visitor.now)
        return refusal ?? new Response(text, { headers })
      },
      endpoint('get-license-file', OfflineFileRequest),
    )
