import { isFull, type Rule } from '../licenses/policy'
import type { Seat } from '../licenses/service'

/** The input of the rules: the request's device and what the database knows of it. */
export interface Asked {
  seat: Seat | undefined
  /** Empty if the request named no device. */
  identifier: string
  /** Whether the key belongs to the product the request names; true if it names none. */
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

/** The seats of a licence, for a device that wants one. */
export interface SeatRequest {
  seat: Seat
  seatsTaken: number
  /** Devices that hold seats, for explanations only; limited to some of them if there are many. */
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

/** The rules checked before the rules of use, in the order of CONTRACT §2. */
export const rulesOfEntry: readonly Rule<Asked>[] = [known, named]
export const rulesOfSeat: readonly Rule<Seat>[] = [seated]
/** The rules of `activate` after the rules of use; `verify` checks `rulesOfSeat` instead. */
export const rulesOfActivation: readonly Rule<SeatRequest>[] = [roomy]
