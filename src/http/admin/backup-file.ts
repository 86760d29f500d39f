import { basename } from 'node:path'
import { Type } from '@sinclair/typebox'
import { record } from '../../audit/record'
import { fileParts, isCounted, portionOf, servedFrom } from '../../features/downloads/response'
import { text } from '../../intake/model'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { listKept } from '../../upkeep/backup/kept'
import { asUser } from './identity'
import { currentPassword, requireProof } from './proof'
import { adminRoute } from './route'

/** A backup of the server: whole, or a range to resume a download. */
export const exportingBackup = adminRoute({
  route: 'GET /backups/:file',
  role: 'owner',
  files: ['application/octet-stream'],
  summary: 'get a backup that the server has taken; takes Range and If-None-Match',
  input: Type.Object({
    file: text({ description: 'The name of its file, from the list.' }),
    current_password: currentPassword('GET'),
  }),
  async answer(deps, adminRequest, { file, current_password: password }) {
    await requireProof(deps, adminRequest, 'session', password)
    const { request, now } = adminRequest
    const found = listKept(deps.config.backup_to).find(({ path }) => basename(path) === file)
    if (!found) throw new OperatorError(message`there is no backup ${file}: see ${remedy('backups list')}`, 'not_found')
    // A backup never changes, so its name stands for its content.
    const served = servedFrom(found.path, { size: found.bytes, hash: file, name: file })
    const portion = portionOf(request, served)
    if (isCounted(request, portion))
      await asUser(deps.db, adminRequest).write((tx) => record(tx, { verb: 'backup.downloaded', id: file }, now))
    return fileParts(served, portion)
  },
})
