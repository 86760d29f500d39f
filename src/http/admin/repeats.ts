import type { Deps } from '../../deps'
import type { AdminRequest } from './admin-request'
import { asUser, whoIn } from './identity'
import type { AdminResponse, AdminRoute } from './route'
import { fileHashOf, uploadIn } from './upload'

type UserDb = Deps['db']

/**
 * Answers a request in the name of its user; a change with an `Idempotency-Key` is made once, and repeats get its answer.
 */
export async function answerOnce<Body>(
  { db, operatorRequests }: Deps,
  { route, takesFile, files }: Pick<AdminRoute, 'route' | 'takesFile' | 'files'>,
  { adminRequest, fields }: { adminRequest: AdminRequest; fields: object },
  work: (db: UserDb) => Promise<AdminResponse<Body>>,
): Promise<AdminResponse<Body>> {
  const { request, now, requestId } = adminRequest
  const theirs = asUser(db, adminRequest)
  const key = request.headers.get('idempotency-key')
  if (key === null || request.method === 'GET' || files) return work(theirs)
  const about = {
    ...{ user: whoIn(adminRequest).user, key, route, requestId, now },
    fields: takesFile ? { ...fields, file: uploadIn(request).name } : fields,
    fileHash: async () => (takesFile ? fileHashOf(request) : undefined),
  }
  const { answer, isRepeated } = await operatorRequests.perform(theirs, about, (db) => work(db))
  const response = answer as AdminResponse<Body>
  return isRepeated ? { ...response, headers: { ...response.headers, 'idempotency-replayed': 'true' } } : response
}
