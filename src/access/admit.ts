import type { ApiKey } from '../../db/schema/access'
import type { AddressSet } from '../kernel/addresses'
import { type Outcome, say } from '../kernel/outcome'
import { type Capability, isCapable } from './capabilities'
import type { Blocklist } from './credential-cache'
import type { Attempt } from './guess-limiter'
import type { SecondsToWait } from './request-limits'

/** An API key as the gate knows it: its row, and its allow-list ready to be asked. */
export interface KnownKey extends ApiKey {
  readonly allowed: AddressSet
  /** Whether it may do no more than what the copies of a program do that each carry it. */
  readonly isShared: boolean
  /** The value that was shown is the one before a rotation, and opens nothing from then on; null for the key's own. */
  readonly shownUntil: Date | null
}

/** Who wants in: with an API key or without, from where, when. */
export interface Requester {
  readonly key: KnownKey | undefined
  /** Found out only when a rule asks for it. */
  readonly address: string
  readonly now: Date
  /** Its place among those that may turn out to be guesses. */
  attempt?: Attempt | undefined
}

/** A requester, and what the rules look at to judge it. */
export interface AdmissionInput {
  readonly requester: Requester
  /** The device it speaks for, where it names one. */
  readonly identifier: string | undefined
  readonly blocklist: Blocklist
  /** Knows the addresses that have guessed at keys. */
  readonly guesses: { secondsToWait(requester: Requester): number }
  /** Seconds until it may come again, by the rate of that key and of its address; asked only when all before it holds. */
  readonly secondsToWait: SecondsToWait
}

/** One that wants in with an API key. */
export interface KeyedAdmissionInput extends AdmissionInput {
  readonly capability: Capability
}

/** A input whose key is known. */
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

/** The rules of CONTRACT §2 in their order. Each says why it stops a request; those of a key need one that is known. */
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

/** Why this input may not do this, or undefined when it may: the first rule that stops it (CONTRACT §2). */
export function admit(input: KeyedAdmissionInput): Outcome | undefined {
  for (const { refusal } of rules) {
    // The rule before those of a key has stopped a request without a key.
    const stopped = refusal(input as KnownKeyAdmissionInput)
    if (stopped) return stopped
  }
  return undefined
}

/** The rules of an endpoint that needs no API key. */
export const admitAnyone = (input: AdmissionInput): Outcome | undefined =>
  notBlocked(input) ?? withinRateLimitOfAddress(input) ?? deviceNotBlocked(input)
