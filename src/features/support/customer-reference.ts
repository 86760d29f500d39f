import type { Queryable } from '../../database/connection'
import { text } from '../../intake/model'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { idInReference } from '../licenses/operator-model'
import { findOwnerAddress } from './customers/store'

/** How an operator names a customer. */
export const customerReference = (
  description = 'The e-mail address of the customer, in upper or lower case, or "id:" and the id of one of their licences.',
) => text({ maxLength: 320, description })

/** The e-mail address that a reference names. */
export async function addressOf(db: Queryable, reference: string): Promise<string> {
  const id = idInReference(reference)
  if (id === undefined) return reference
  const address = await findOwnerAddress(db, id)
  if (address) return address
  throw new OperatorError(
    message`licence ${id} has no owner with an e-mail address: see ${remedy('customer list')}`,
    'not_found',
  )
}
