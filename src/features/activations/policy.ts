import { counted } from '../../kernel/counted'
import type { Rule } from '../../kernel/rule'
import { type FoundLicense, isFull, rulesButExpiry, rulesOfUse } from '../licenses/policy'
import type { Seat } from '../licenses/service'

/** A device's request, and the licence that was found for it. */
export interface DeviceRequest extends FoundLicense {
  /** The licence and the device's seat on it; undefined if there is no such key, or it is of another product. */
  seat: Seat | undefined
  /** Empty if the request named no device. */
  identifier: string
  /** Whether the key exists, but belongs to another product than the request names. */
  isOfOtherProduct: boolean
}

const keyExists: Rule<DeviceRequest> = {
  name: 'licence key exists',
  requirement: 'The licence key exists.',
  refusal: 'invalid_license_key',
  holds: ({ seat }) => seat !== undefined,
  observe: ({ seat, isOfOtherProduct }) =>
    seat ? 'it does' : isOfOtherProduct ? 'a key of another product' : 'no such key',
}

const deviceNamed: Rule<DeviceRequest> = {
  name: 'device is named',
  requirement: 'The request names the device.',
  refusal: 'identifier_required',
  holds: ({ identifier }) => identifier !== '',
  observe: ({ identifier }) => identifier || 'no identifier',
}

const applies = ({ seat, identifier }: DeviceRequest) => seat !== undefined && identifier !== ''

const seatHeld: Rule<DeviceRequest & { seat: Seat }> = {
  name: 'device holds a seat',
  requirement: 'The device holds a seat.',
  refusal: 'no_activation_found',
  applies,
  holds: ({ seat: { activationId } }) => activationId !== null,
  observe: ({ seat: { activationId } }) => (activationId === null ? 'it holds none' : 'it does'),
}

/** A device that wants a seat, and the seats taken. */
export interface SeatRequest extends DeviceRequest {
  seatsTaken: number
  /** Devices that hold seats, for explanations only; limited to some of them if there are many. */
  holders?: { identifier: string; since: Date }[]
}

const seatFree: Rule<SeatRequest & { seat: Seat }> = {
  name: 'seat is free',
  requirement: 'The device holds a seat, or one is free.',
  refusal: 'activation_limit_reached',
  applies,
  holds: ({ seat, seatsTaken }) => seat.activationId !== null || !isFull(seat, seatsTaken),
  observe({ seat: { activationLimit }, seatsTaken, holders = [] }) {
    const seats =
      activationLimit > 0
        ? `${seatsTaken} of ${counted(activationLimit, 'seat')} taken`
        : `${counted(seatsTaken, 'seat')} taken`
    if (!holders.length) return seats
    const named = holders.map(({ identifier, since }) => `${identifier} since ${since.toISOString().slice(0, 10)}`)
    const others = seatsTaken - holders.length
    return `${seats} by ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`
  },
}

/** The first rules of every request about a device. */
export const rulesOfEntry: readonly Rule<DeviceRequest>[] = [keyExists, deviceNamed]

/** The rules of `verify`, in the order of CONTRACT §2. */
export const rulesOfVerify: readonly Rule<DeviceRequest>[] = [...rulesOfEntry, ...rulesOfUse, seatHeld]

/** The rules of `verify` for uses that may go on after the licence has expired. */
export const rulesOfExpiredUse: readonly Rule<DeviceRequest>[] = [...rulesOfEntry, ...rulesButExpiry, seatHeld]

/** The rules for taking a seat, after the rules of entry. */
export const rulesOfSeating: readonly Rule<SeatRequest>[] = [...rulesOfUse, seatFree]

/** The rules of `activate`, in the order of CONTRACT §2. */
export const rulesOfActivate: readonly Rule<SeatRequest>[] = [...rulesOfEntry, ...rulesOfSeating]
