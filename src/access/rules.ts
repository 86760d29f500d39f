import type { Rule } from '../kernel/rule'
import { type Capability, everything, isCapable } from './capabilities'
import type { Blocklist, KnownKey } from './credential-cache'
import type { Attempt } from './guess-limiter'
import type { RequestLimits } from './request-limits'

/** Who wants in: with an API key or without, from where, when. */
export interface Requester {
  readonly key: KnownKey | undefined
  /** Found out only when a rule asks for it. */
  readonly address: string
  readonly now: Date
}

/** A requester, and what the rules look at to judge it. */
export interface AdmissionInput {
  readonly requester: Requester
  /** Undefined where no API key is asked for. */
  readonly capability: Capability | undefined
  /** The device it speaks for, where it names one. */
  readonly identifier: string | undefined
  /** Its place among the requests that may guess at keys; undefined where there is nothing to guess. */
  readonly attempt: Pick<Attempt, 'seconds'> | undefined
  readonly blocklist: Blocklist
  /** What it takes of its limits is asked when all rules before have held. */
  readonly limits: RequestLimits
}

/** A requester whose API key is known, and what it wants to do. */
export interface KeyedAdmissionInput extends AdmissionInput {
  readonly requester: Requester & { readonly key: KnownKey }
  readonly capability: Capability
}

const addressNotBlocked: Rule<AdmissionInput> = {
  name: 'address is not blocked',
  requirement: 'The address is not on the blocklist.',
  refusal: 'access_denied',
  holds: ({ blocklist, requester }, now) => !blocklist.hasAddresses || !blocklist.blocks('ip', requester.address, now),
  observe: ({ requester }) => requester.address,
}

const notGuessing: Rule<AdmissionInput> = {
  name: 'address does not guess at keys',
  requirement: 'The address has not named too many wrong keys.',
  refusal: 'too_many_requests',
  holds: ({ attempt }) => !attempt?.seconds,
  observe: ({ attempt }) => waiting(attempt?.seconds ?? 0),
  secondsToWait: ({ attempt }) => attempt?.seconds ?? 0,
}

const keyKnown: Rule<AdmissionInput> = {
  name: 'API key is known',
  requirement: 'The API key exists.',
  refusal: 'invalid_api_key',
  holds: ({ requester: { key } }, now) => key !== undefined && (key.shownUntil === null || key.shownUntil > now),
  observe: ({ requester: { key } }) => (key ? `API key ${key.id} "${key.name}"` : 'no such key'),
}

const keyInForce: Rule<KeyedAdmissionInput> = {
  name: 'API key is in force',
  requirement: 'The API key is active and has not expired.',
  refusal: 'inactive_api_key',
  holds: ({ requester: { key } }, now) => key.status === 'active' && (key.expiresAt === null || key.expiresAt > now),
  observe: ({ requester: { key } }) => `${key.status}, ends ${key.expiresAt?.toISOString() ?? 'never'}`,
}

const addressAllowed: Rule<KeyedAdmissionInput> = {
  name: 'address is allowed',
  requirement: 'The API key may be used from the address.',
  refusal: 'ip_not_allowed',
  holds: ({ requester }) => !requester.key.allowedIps.length || requester.key.allowed.has(requester.address),
  observe: ({ requester: { key, address } }) => `${address}, allowed from ${key.allowedIps.join(', ') || 'anywhere'}`,
}

const capabilityHeld: Rule<KeyedAdmissionInput> = {
  name: 'capability is held',
  requirement: 'The API key has the capability.',
  refusal: 'insufficient_permissions',
  holds: ({ requester, capability }) => isCapable(requester.key, capability),
  observe: ({ requester: { key }, capability }) =>
    `${capability}, held: ${key.capabilities.includes(everything) ? 'everything' : key.capabilities.join(', ')}`,
}

const keyWithinLimit: Rule<KeyedAdmissionInput> = {
  name: 'rate limit of the API key is kept',
  requirement: 'The API key has not used up its rate limit.',
  refusal: 'too_many_requests',
  holds: ({ limits, requester, identifier }) => limits.ofKey(requester, identifier) === 0,
  observe: ({ limits, requester, identifier }) => {
    const { rateLimitPerMinute } = requester.key
    const limit = rateLimitPerMinute ? `${rateLimitPerMinute} a minute` : 'no limit of its own'
    return `${limit}, ${waiting(limits.ofKey(requester, identifier))}`
  },
  secondsToWait: ({ limits, requester, identifier }) => limits.ofKey(requester, identifier),
}

const addressWithinLimit: Rule<AdmissionInput> = {
  name: 'rate limit of the address is kept',
  requirement: 'The address has not used up its rate limit.',
  refusal: 'too_many_requests',
  holds: ({ limits, requester }) => limits.ofAddress(requester) === 0,
  observe: ({ limits, requester }) => waiting(limits.ofAddress(requester)),
  secondsToWait: ({ limits, requester }) => limits.ofAddress(requester),
}

export const deviceNotBlocked: Rule<Pick<AdmissionInput, 'identifier' | 'blocklist'>> = {
  name: 'device is not blocked',
  requirement: 'The device is not on the blocklist.',
  refusal: 'access_denied',
  applies: ({ identifier }) => identifier !== undefined && identifier !== '',
  holds: ({ identifier, blocklist }, now) => !identifier || !blocklist.blocks('identifier', identifier, now),
  observe: ({ identifier = '' }) => identifier,
}

const waiting = (seconds: number) => (seconds ? `to wait: ${seconds} s` : 'nothing to wait for')

/** The rules of CONTRACT §2 in their order. */
export const rulesOfAdmission: readonly Rule<AdmissionInput>[] = [
  addressNotBlocked,
  notGuessing,
  keyKnown,
  keyInForce,
  addressAllowed,
  capabilityHeld,
  keyWithinLimit,
  addressWithinLimit,
  deviceNotBlocked,
]

/** The rules of an endpoint that needs no API key. */
export const rulesForAnyone: readonly Rule<AdmissionInput>[] = [addressNotBlocked, addressWithinLimit, deviceNotBlocked]
