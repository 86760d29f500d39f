import { Type } from '@sinclair/typebox'
import { fileParts, portionOf, servedFrom } from '../../features/downloads/response'
import { integer } from '../../intake/model'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { requireImport } from '../../operations/imports'
import { refusedFileOf } from '../../transfer/import/job'
import { adminRoute } from './route'

/** The refused lines of an import, as they were written, with their reasons: to be corrected and imported again. */
export const exportingRefused = adminRoute({
  route: 'GET /imports/:id/refused',
  role: 'owner',
  files: ['application/octet-stream'],
  summary: 'get the refused lines of an import with their reasons, in the form of its file',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id, from the list.' }) }),
  async answer(deps, { request }, { id }) {
    const found = refusedFileOf(await requireImport(deps, id), deps.folder)
    if (!found)
      throw new OperatorError(
        message`import ${id} has no refused lines, or no more: see ${remedy('imports list')}`,
        'not_found',
      )
    const { size } = Bun.file(found.path)
    const file = servedFrom(found.path, { name: found.name, size, hash: `import-${id}` })
    return fileParts(file, portionOf(request, file))
  },
})
