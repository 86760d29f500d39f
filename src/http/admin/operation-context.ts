import type { Deps } from '../../deps'
import type { Operation, OperationContext } from '../../operations/operation'
import type { AdminRequest } from './admin-request'
import { whoIn } from './identity'
import { uploadIn } from './upload'

/** The context of an operation for the calling user; the database of `deps` is already in their name. */
export const operationContextOf = (
  deps: Deps,
  adminRequest: AdminRequest,
  { takesFile }: Pick<Operation, 'takesFile'> = {},
): OperationContext => ({
  ...deps,
  now: adminRequest.now,
  user: whoIn(adminRequest).user,
  tokenId: whoIn(adminRequest).token.id,
  upload: takesFile && uploadIn(adminRequest.request),
})
