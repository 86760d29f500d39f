import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import type { Operation } from '../../operations/operation'
import type { AdminRequest } from './admin-request'
import { requirePassword, whoIn } from './session'

/** The field of operations that need proof. */
export const current_password = Type.Optional(
  text({
    maxLength: 512,
    description: 'The password of the user who is logged in, again: what is made outlives the session.',
  }),
)

/** Throws an `OperatorError` unless the caller has given the proof that the operation needs. */
export async function requireProof(
  deps: Deps,
  adminRequest: AdminRequest,
  proof: Operation['proof'],
  password: unknown,
) {
  if (!proof || (proof === 'session' && whoIn(adminRequest).token.kind !== 'session')) return
  if (password !== undefined) return requirePassword(deps, adminRequest, String(password))
  throw new OperatorError(
    'this gives access that outlives your session: give your password again, as current_password',
    'forbidden',
  )
}
