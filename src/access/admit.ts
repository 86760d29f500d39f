import type { ApiKey } from '../../db/schema/access'
import type { AddressSet } from '../kernel/addresses'
import { type Outcome, say } from '../kernel/outcome'
import { type Capability, everything } from './capabilities'

/** An API key as the gate knows it: its row, and its allow-list ready to be asked. */
export interface KnownKey extends ApiKey {
  readonly allowed: AddressSet
  /** The value that was shown is the one before a rotation, and opens nothing from then on; null for the key's own. */
  readonly shownUntil: Date | null
}

/** Whoever knocks, with or without an API key. */
export interface Caller {
  /** Found out only when a rule needs it. */
  address: () => string
  identifier: string | undefined
  isAddressBlocked: () => boolean
  isDeviceBlocked: (identifier: string) => boolean
  /** Seconds until an address that has guessed at keys may come again. */
  secondsOfBrake: () => number
  /** Seconds until the caller may come again; asked only when everything before it holds. */
  secondsToWait: () => number
}

export interface Candidate extends Caller {
  key: KnownKey | undefined
  capability: Capability
  now: Date
}

/** A candidate whose key is known. */
type Holder = Candidate & { key: KnownKey }

const denied = say('access_denied')

const notBlocked = (caller: Caller) => (caller.isAddressBlocked() ? denied : undefined)

const known = ({ key, now }: Candidate) =>
  !key || (key.shownUntil && key.shownUntil <= now) ? say('invalid_api_key') : undefined

const inForce = ({ key, now }: Holder) =>
  key.status !== 'active' || (key.expiresAt && key.expiresAt <= now) ? say('inactive_api_key') : undefined

const fromAllowedAddress = ({ key, address }: Holder) =>
  key.allowedIps.length && !key.allowed.has(address()) ? say('ip_not_allowed') : undefined

const capable = ({ key, capability }: Holder) =>
  key.capabilities.includes(capability) || key.capabilities.includes(everything)
    ? undefined
    : say('insufficient_permissions')

const waiting = (seconds: number) => (seconds > 0 ? say('too_many_requests', { retry_after: seconds }) : undefined)

const notGuessing = (caller: Caller) => waiting(caller.secondsOfBrake())

const inPace = (caller: Caller) => waiting(caller.secondsToWait())

const deviceNotBlocked = ({ identifier, isDeviceBlocked }: Caller) =>
  identifier && isDeviceBlocked(identifier) ? denied : undefined

/** The rules of CONTRACT §2 in their order. Each says why it stops a candidate; those of a key need one that is known. */
export const rules = [
  { name: 'address is not blocked', refusal: notBlocked },
  { name: 'address does not guess at keys', refusal: notGuessing },
  { name: 'API key is known', refusal: known },
  { name: 'API key is in force', refusal: inForce },
  { name: 'address is allowed', refusal: fromAllowedAddress },
  { name: 'capability is held', refusal: capable },
  { name: 'rate limit is kept', refusal: inPace },
  { name: 'device is not blocked', refusal: deviceNotBlocked },
] as const

export type RuleName = (typeof rules)[number]['name']

/** Why this caller may not do this, or undefined when it may: the first rule that stops it (CONTRACT §2). */
export function admit(candidate: Candidate): Outcome | undefined {
  for (const { refusal } of rules) {
    // The rule before those of a key has stopped a candidate without a key.
    const stopped = refusal(candidate as Holder)
    if (stopped) return stopped
  }
  return undefined
}

/** The same where no API key is asked for. */
export const admitAnyone = (caller: Caller): Outcome | undefined =>
  notBlocked(caller) ?? inPace(caller) ?? deviceNotBlocked(caller)
