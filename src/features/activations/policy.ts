import { isFull, type Rule } from '../licenses/policy'
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
  requirement: 'The licence key exists.',
  holds: ({ seat, isOfProduct }) => seat !== undefined && isOfProduct,
  observed: ({ seat, isOfProduct }) => (seat ? (isOfProduct ? 'it does' : 'a key of another product') : 'no such key'),
}

const named: Rule<Asked> = {
  refusal: 'identifier_required',
  requirement: 'The device names itself.',
  holds: ({ identifier }) => identifier !== '',
  observed: ({ identifier }) => identifier || 'no identifier',
}

const seated: Rule<Seat> = {
  refusal: 'no_activation_found',
  requirement: 'The device holds a seat.',
  holds: ({ activationId }) => activationId !== null,
  observed: ({ activationId }) => (activationId === null ? 'it holds none' : 'it does'),
}

/** A licence's seats, as a device that wants one finds them. */
export interface SeatRequest {
  seat: Seat
  seatsTaken: number
  /** Who holds them, where it is to be explained: some of them, if they are many. */
  holders?: { identifier: string; since: Date }[]
}

const roomy: Rule<SeatRequest> = {
  refusal: 'activation_limit_reached',
  requirement: 'The device holds a seat, or one is free.',
  holds: ({ seat, seatsTaken }) => seat.activationId !== null || !isFull(seat, seatsTaken),
  observed({ seat: { activationLimit }, seatsTaken, holders = [] }) {
    const seats =
      activationLimit > 0
        ? `${seatsTaken} of ${activationLimit} seat${activationLimit === 1 ? '' : 's'} taken`
        : `${seatsTaken} seat${seatsTaken === 1 ? '' : 's'} taken`
    if (!holders.length) return seats
    const named = holders.map(({ identifier, since }) => `${identifier} since ${since.toISOString().slice(0, 10)}`)
    const others = seatsTaken - holders.length
    return `${seats} by ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`
  },
}

/** What is asked before the rules of use, and behind them, in the order of CONTRACT §2. */
export const rulesOfEntry: readonly Rule<Asked>[] = [known, named]
export const rulesOfSeat: readonly Rule<Seat>[] = [seated]
/** What `activate` asks behind the rules of use; `verify` asks `rulesOfSeat` there. */
export const rulesOfActivation: readonly Rule<SeatRequest>[] = [roomy]
