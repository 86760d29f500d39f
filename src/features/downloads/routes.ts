import { Elysia } from 'elysia'
import { openAdmission } from '../../access/admission'
import { baseUrlOf } from '../../access/base-url'
import { type AtGate, type Described, endpoint, gate, lookup, ownAdmission } from '../../access/gate'
import { faultOf, isUnavailable } from '../../database/failure'
import type { Deps } from '../../deps'
import { Device } from '../activations/model'
import { standing } from '../licenses/policy'
import { continues, openBegunDownloads } from './begun'
import { DownloadLink } from './model'
import { fileResponse, isCounted, portionOf } from './response'
import { accessDownloadables, findDownload, findLinkKey } from './service'
import { incrementDownloads } from './store'

const described = {
  summary: 'List the published releases a licence may download',
  says: ['downloads', ...standing, 'no_activation_found'],
} satisfies Described

const downloadPath = '/download/:token/:license_key/:identifier/:numeric_version'

export function downloads(deps: Deps) {
  const { db, log, clock, peers } = deps
  const admission = openAdmission(deps)
  const begun = openBegunDownloads()

  const baseUrl = (request: Request, server: Bun.Server<unknown> | null) =>
    baseUrlOf(deps, request) ?? server?.url.origin ?? ''

  /** Counts the download. The file is served even if the database cannot be written for a while. */
  const count = (releaseId: number) =>
    db
      .write((tx) => incrementDownloads(tx, releaseId))
      .catch((error) => {
        if (!isUnavailable(error)) throw error
      })

  type Link = typeof DownloadLink.static

  /** The link had to be good when the download began. */
  const keyOf = (link: Link, request: Request, now: Date) =>
    findLinkKey(deps, link, (continues(request) ? begun.at(link, now) : undefined) ?? now)

  async function serve(link: Link, atGate: Pick<AtGate, 'requestContext' | 'attempt'>) {
    const { request, requestId, now } = atGate.requestContext
    const found = await findDownload(deps, admission, link, atGate)
    if (found.refusal) return found.refusal
    const portion = portionOf(request, found.file)
    const tell = (error: unknown) => log(clock(), faultOf(downloadPath, error, requestId))
    const response = await fileResponse(found.file, portion, tell)
    if (portion.start === 0 && portion.end > 0) begun.note(link, now)
    if (isCounted(request, portion)) await count(found.release.id)
    peers.allowPauses(request)
    return response
  }

  return new Elysia({ tags: ['Downloads'] })
    .use(gate(deps))
    .post(
      '/access-downloadables',
      ({ body, admitted, request, server }) => accessDownloadables(deps, body, admitted, baseUrl(request, server)),
      endpoint('access-downloadables', Device, described),
    )
    .get(
      '/access-downloadables',
      ({ query, admitted, request, server }) => accessDownloadables(deps, query, admitted, baseUrl(request, server)),
      lookup('access-downloadables', Device, described),
    )
    .get(
      downloadPath,
      ({ params, requestContext, attempt }) => serve(params, { requestContext, attempt }),
      ownAdmission(DownloadLink, keyOf, {
        summary: 'Download the file of a release, by a link from access-downloadables',
        says: ['file_not_exists', 'no_permission_file', 'access_denied', 'too_many_requests'],
      }),
    )
}
