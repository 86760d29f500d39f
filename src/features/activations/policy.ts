import type { Rule } from '../licenses/policy'
import type { Seat } from '../licenses/service'

/** What a device asks with, and what was found. */
export interface Asked {
  seat: Seat | undefined
  /** Empty where it named none. */
  identifier: string
  /** Whether the key is of the product it named, where it named one. */
  isOfProduct: boolean
}

const known: Rule<Asked> = {
  refusal: 'invalid_license_key',
  claim: 'The licence key exists.',
  holds: ({ seat, isOfProduct }) => seat !== undefined && isOfProduct,
  saw: ({ seat, isOfProduct }) => (seat ? (isOfProduct ? 'it does' : 'a key of another product') : 'no such key'),
}

const named: Rule<Asked> = {
  refusal: 'identifier_required',
  claim: 'The device names itself.',
  holds: ({ identifier }) => identifier !== '',
  saw: ({ identifier }) => identifier || 'no identifier',
}

const seated: Rule<Seat> = {
  refusal: 'no_activation_found',
  claim: 'The device holds a seat.',
  holds: ({ activationId }) => activationId !== null,
  saw: ({ activationId }) => (activationId === null ? 'it holds none' : 'it does'),
}

/** What is asked before the rules of use, and behind them, in the order of CONTRACT §2. */
export const rulesOfEntry: readonly Rule<Asked>[] = [known, named]
export const rulesOfSeat: readonly Rule<Seat>[] = [seated]
