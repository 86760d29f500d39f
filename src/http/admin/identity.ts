import type { Identity } from '../../users/tokens'
import type { AdminRequest } from './admin-request'

/** The identity of an authenticated caller. */
export function whoIn({ identity }: AdminRequest): Identity {
  if (!identity) throw new Error('this route is open to anybody')
  return identity
}

/** The database in the name of the caller. */
export const asUser = <Db extends { as(author: { actor: string; requestId: string }): Db }>(
  db: Db,
  adminRequest: AdminRequest,
) => db.as({ actor: `user ${whoIn(adminRequest).user.name}`, requestId: adminRequest.requestId })
