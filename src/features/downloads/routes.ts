import { Elysia } from 'elysia'
import { openAdmission } from '../../access/admission'
import { type Described, endpoint, gate, lookup, ownAdmission } from '../../access/gate'
import type { RequestContext } from '../../access/request-context'
import { isUnavailable } from '../../database/failure'
import type { Deps } from '../../deps'
import { addressSet } from '../../kernel/addresses'
import { Device } from '../activations/model'
import { standing } from '../licenses/policy'
import { baseUrlOf } from './base-url'
import { continues, openBegunDownloads } from './begun'
import { DownloadLink } from './model'
import { fileResponse, isCounted, portionOf } from './response'
import { accessDownloadables, findDownload } from './service'
import { incrementDownloads } from './store'

const described = {
  summary: 'List the published releases a licence may download',
  says: ['downloads', ...standing, 'no_activation_found'],
} satisfies Described

export function downloads(deps: Deps) {
  const { config, db, peers } = deps
  const refusalOf = openAdmission(deps)
  const begun = openBegunDownloads()

  function baseUrl(request: Request, server: Bun.Server<unknown> | null) {
    if (config.base_url) return config.base_url
    return (
      baseUrlOf(request.headers, peers.addressOf(request), addressSet(config.trusted_proxies)) ??
      server?.url.origin ??
      ''
    )
  }

  /** Counts the download. The file is served even if the database cannot be written for a while. */
  const count = (releaseId: number) =>
    db
      .write((tx) => incrementDownloads(tx, releaseId))
      .catch((error) => {
        if (!isUnavailable(error)) throw error
      })

  async function serve(requestContext: RequestContext, link: typeof DownloadLink.static, request: Request) {
    const beganAt = continues(request) ? begun.at(link, requestContext.now) : undefined
    const found = await findDownload(deps, refusalOf, link, requestContext, beganAt)
    if (found.refusal) return found.refusal
    const portion = portionOf(request, found.file)
    if (portion.start === 0 && portion.end > 0) begun.note(link, requestContext.now)
    if (isCounted(request, portion)) await count(found.release.id)
    peers.allowPauses(request)
    return fileResponse(found.file, portion)
  }

  return new Elysia({ tags: ['Downloads'] })
    .use(gate(deps))
    .post(
      '/access-downloadables',
      ({ body, requestContext, request, server }) =>
        accessDownloadables(deps, body, requestContext, baseUrl(request, server)),
      endpoint('access-downloadables', Device, described),
    )
    .get(
      '/access-downloadables',
      ({ query, requestContext, request, server }) =>
        accessDownloadables(deps, query, requestContext, baseUrl(request, server)),
      lookup('access-downloadables', Device, described),
    )
    .get(
      '/download/:token/:license_key/:identifier/:numeric_version',
      ({ params, requestContext, request }) => serve(requestContext, params, request),
      ownAdmission(DownloadLink, {
        summary: 'Download the file of a release, by a link from access-downloadables',
        says: ['file_not_exists', 'no_permission_file', 'access_denied', 'too_many_requests'],
      }),
    )
}
