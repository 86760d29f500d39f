import { Type } from '@sinclair/typebox'
import { faultOf } from '../../database/failure'
import { recordDownload, requireFile } from '../../features/downloads/publishing'
import { fileParts, isCounted, portionOf } from '../../features/downloads/response'
import { integer } from '../../intake/model'
import { asUser } from './identity'
import { adminRoute } from './route'

/** The file of a release, for operators: whole, or a range to resume a download. */
export const exportingRelease = adminRoute({
  route: 'GET /releases/:id/file',
  command: 'release download',
  role: 'operator',
  files: ['application/octet-stream'],
  summary: 'get the file of a release, published or not; takes Range and If-None-Match',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id, from the list.' }) }),
  async answer(deps, adminRequest, { id }) {
    const { request, requestId, now } = adminRequest
    const file = await requireFile(deps, id)
    const portion = portionOf(request, file)
    const tell = (error: unknown) => deps.log(deps.clock(), faultOf('release download', error, requestId))
    const parts = await fileParts(file, portion, tell)
    if (isCounted(request, portion))
      await asUser(deps.db, adminRequest).write((tx) => recordDownload(tx, id, file, now))
    return parts
  },
})
