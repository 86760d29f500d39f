import type { ApiKey } from '../../db/schema/access'
import type { AddressSet } from '../kernel/addresses'
import { say } from '../kernel/outcome'
import { type Capability, everything } from './capabilities'

/** An API key as the gate knows it: its row, and its allow-list ready to be asked. */
export interface KnownKey extends ApiKey {
  readonly allowed: AddressSet
}

/** Whoever knocks, with or without an API key. */
export interface Caller {
  /** Found out only when a rule needs it. */
  address: () => string
  identifier: string | undefined
  isAddressBlocked: () => boolean
  isDeviceBlocked: (identifier: string) => boolean
  /** Seconds until the caller may come again; asked only when everything before it holds. */
  secondsToWait: () => number
}

export interface Candidate extends Caller {
  key: KnownKey | undefined
  capability: Capability
  now: Date
}

/** Why this caller may not do this, or undefined when it may: the first rule that stops it (CONTRACT §2). */
export function admit(candidate: Candidate) {
  const { key, capability, address, identifier, isAddressBlocked, isDeviceBlocked, secondsToWait, now } = candidate
  if (isAddressBlocked()) return say('access_denied')
  if (!key) return say('invalid_api_key')
  if (key.status !== 'active' || (key.expiresAt && key.expiresAt <= now)) return say('inactive_api_key')
  if (key.allowedIps.length && !key.allowed.has(address())) return say('ip_not_allowed')
  if (!isCapable(key, capability)) return say('insufficient_permissions')
  const seconds = secondsToWait()
  if (seconds > 0) return say('too_many_requests', { retry_after: seconds })
  if (identifier && isDeviceBlocked(identifier)) return say('access_denied')
  return undefined
}

/** The same where no API key is asked for. */
export function admitAnyone({ identifier, isAddressBlocked, isDeviceBlocked, secondsToWait }: Caller) {
  if (isAddressBlocked()) return say('access_denied')
  const seconds = secondsToWait()
  if (seconds > 0) return say('too_many_requests', { retry_after: seconds })
  if (identifier && isDeviceBlocked(identifier)) return say('access_denied')
  return undefined
}

const isCapable = ({ capabilities }: ApiKey, capability: Capability) =>
  capabilities.includes(capability) || capabilities.includes(everything)
