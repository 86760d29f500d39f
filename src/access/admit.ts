import type { ApiKey } from '../../db/schema/access'
import type { AddressSet } from '../kernel/addresses'
import { type Outcome, say } from '../kernel/outcome'
import { type Capability, isCapable } from './capabilities'
import type { Blocklist } from './doorkeeper'
import type { Attempt } from './guess-limiter'
import type { SecondsToWait } from './pace'

/** An API key as the gate knows it: its row, and its allow-list ready to be asked. */
export interface KnownKey extends ApiKey {
  readonly allowed: AddressSet
  /** Whether it may do no more than what the copies of a program do that each carry it. */
  readonly isShared: boolean
  /** The value that was shown is the one before a rotation, and opens nothing from then on; null for the key's own. */
  readonly shownUntil: Date | null
}

/** Who wants in: with an API key or without, from where, when. */
export interface Newcomer {
  readonly key: KnownKey | undefined
  /** Found out only when a rule asks for it. */
  readonly address: string
  readonly now: Date
  /** Its place among those that may turn out to be guesses. */
  attempt?: Attempt | undefined
}

/** A newcomer, and what the rules look at to judge it. */
export interface Caller {
  readonly newcomer: Newcomer
  /** The device it speaks for, where it names one. */
  readonly identifier: string | undefined
  readonly blocklist: Blocklist
  /** Knows the addresses that have guessed at keys. */
  readonly guesses: { secondsToWait(newcomer: Newcomer): number }
  /** Seconds until it may come again, by the rate of that key and of its address; asked only when all before it holds. */
  readonly secondsToWait: SecondsToWait
}

/** One that wants in with an API key. */
export interface Candidate extends Caller {
  readonly capability: Capability
}

/** A candidate whose key is known. */
export type Holder = Candidate & { readonly newcomer: Newcomer & { readonly key: KnownKey } }

const denied = say('access_denied')

const notBlocked = ({ blocklist, newcomer }: Caller) =>
  blocklist.hasAddresses && blocklist.blocks('ip', newcomer.address, newcomer.now) ? denied : undefined

const known = ({ newcomer: { key, now } }: Candidate) =>
  !key || (key.shownUntil && key.shownUntil <= now) ? say('invalid_api_key') : undefined

const inForce = ({ newcomer: { key, now } }: Holder) =>
  key.status !== 'active' || (key.expiresAt && key.expiresAt <= now) ? say('inactive_api_key') : undefined

const fromAllowedAddress = ({ newcomer }: Holder) =>
  newcomer.key.allowedIps.length && !newcomer.key.allowed.has(newcomer.address) ? say('ip_not_allowed') : undefined

const capable = ({ newcomer: { key }, capability }: Holder) =>
  isCapable(key, capability) ? undefined : say('insufficient_permissions')

const waiting = (seconds: number) => (seconds > 0 ? say('too_many_requests', { retry_after: seconds }) : undefined)

const notGuessing = ({ guesses, newcomer }: Caller) => waiting(guesses.secondsToWait(newcomer))

const inPace = ({ newcomer, secondsToWait, identifier }: Caller) =>
  waiting(secondsToWait(newcomer, newcomer.key, identifier))

const inPaceOfAddress = ({ newcomer, secondsToWait }: Caller) => waiting(secondsToWait(newcomer, undefined))

const deviceNotBlocked = ({ identifier, blocklist, newcomer }: Caller) =>
  identifier && blocklist.blocks('identifier', identifier, newcomer.now) ? denied : undefined

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
  notBlocked(caller) ?? inPaceOfAddress(caller) ?? deviceNotBlocked(caller)
