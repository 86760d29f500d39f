import type { ApiKey } from '../../db/schema/access'
import type { AddressSet } from '../kernel/addresses'
import { type Outcome, say } from '../kernel/outcome'
import { type Capability, isCapable } from './capabilities'
import type { Blocklist } from './credential-cache'
import type { Attempt } from './guess-limiter'
import type { SecondsToWait } from './request-limits'

/** An API key with its parsed allow-list. */
export interface KnownKey extends ApiKey {
  readonly allowed: AddressSet
  /** Whether it has only the capabilities of a key that is shipped in every copy of a program. */
  readonly isShared: boolean
  /** When the shown token, replaced by a rotation, stops working; null for the current token. */
  readonly shownUntil: Date | null
}

/** Who makes the request: with or without an API key, from where, when. */
export interface Requester {
  readonly key: KnownKey | undefined
  /** Determined only when a rule needs it. */
  readonly address: string
  readonly now: Date
  /** The request's reservation in the guess limiter. */
  attempt?: Attempt | undefined
}

/** A requester, and what the rules check it against. */
export interface AdmissionInput {
  readonly requester: Requester
  /** The device the request names, if any. */
  readonly identifier: string | undefined
  readonly blocklist: Blocklist
  /** The addresses that have guessed at keys. */
  readonly guesses: { secondsToWait(requester: Requester): number }
  /** Seconds until the rate limits of the key and the address allow a retry; checked last. */
  readonly secondsToWait: SecondsToWait
}

/** The input for an endpoint that needs an API key. */
export interface KeyedAdmissionInput extends AdmissionInput {
  readonly capability: Capability
}

/** An input whose key is known. */
export type KnownKeyAdmissionInput = KeyedAdmissionInput & {
  readonly requester: Requester & { readonly key: KnownKey }
}

const denied = say('access_denied')

const notBlocked = ({ blocklist, requester }: AdmissionInput) =>
  blocklist.hasAddresses && blocklist.blocks('ip', requester.address, requester.now) ? denied : undefined

const known = ({ requester: { key, now } }: KeyedAdmissionInput) =>
  !key || (key.shownUntil && key.shownUntil <= now) ? say('invalid_api_key') : undefined

const inForce = ({ requester: { key, now } }: KnownKeyAdmissionInput) =>
  key.status !== 'active' || (key.expiresAt && key.expiresAt <= now) ? say('inactive_api_key') : undefined

const fromAllowedAddress = ({ requester }: KnownKeyAdmissionInput) =>
  requester.key.allowedIps.length && !requester.key.allowed.has(requester.address) ? say('ip_not_allowed') : undefined

const capable = ({ requester: { key }, capability }: KnownKeyAdmissionInput) =>
  isCapable(key, capability) ? undefined : say('insufficient_permissions')

const waiting = (seconds: number) => (seconds > 0 ? say('too_many_requests', { retry_after: seconds }) : undefined)

const notGuessing = ({ guesses, requester }: AdmissionInput) => waiting(guesses.secondsToWait(requester))

const withinRateLimit = ({ requester, secondsToWait, identifier }: AdmissionInput) =>
  waiting(secondsToWait(requester, requester.key, identifier))

const withinRateLimitOfAddress = ({ requester, secondsToWait }: AdmissionInput) =>
  waiting(secondsToWait(requester, undefined))

const deviceNotBlocked = ({ identifier, blocklist, requester }: AdmissionInput) =>
  identifier && blocklist.blocks('identifier', identifier, requester.now) ? denied : undefined

/** The rules of CONTRACT §2, in order. Each returns its refusal; the key's rules need a known key. */
export const rules = [
  { name: 'address is not blocked', refusal: notBlocked },
  { name: 'address does not guess at keys', refusal: notGuessing },
  { name: 'API key is known', refusal: known },
  { name: 'API key is in force', refusal: inForce },
  { name: 'address is allowed', refusal: fromAllowedAddress },
  { name: 'capability is held', refusal: capable },
  { name: 'rate limit is kept', refusal: withinRateLimit },
  { name: 'device is not blocked', refusal: deviceNotBlocked },
] as const

export type RuleName = (typeof rules)[number]['name']

/** The first refusal by the rules (CONTRACT §2); undefined if all pass. */
export function admit(input: KeyedAdmissionInput): Outcome | undefined {
  for (const { refusal } of rules) {
    // Safe: an earlier rule refuses requests without a key.
    const stopped = refusal(input as KnownKeyAdmissionInput)
    if (stopped) return stopped
  }
  return undefined
}

/** The refusal at an endpoint that needs no API key; undefined if all rules pass. */
export const admitAnyone = (input: AdmissionInput): Outcome | undefined =>
  notBlocked(input) ?? withinRateLimitOfAddress(input) ?? deviceNotBlocked(input)
