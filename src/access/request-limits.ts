import type { Config } from '../config'
import { networksOf } from '../kernel/networks'
import { sha256 } from '../kernel/secrets'
import type { KnownKey, Requester } from './admit'
import { type Limiter, passAll, type Share, sharesOf } from './rate-limit'

/** Requests per minute a network is guaranteed on a shared key, even when others have used up the key's limit. */
const assuredPerMinute = 10

/** Seconds a requester must wait: for the limit of the key, if there is one, then of its address. */
export type SecondsToWait = (requester: Requester, key: KnownKey | undefined, identifier?: string) => number

/** A device's name in buckets: hashed when long, as an identifier may be as long as a body. */
const nameOf = (identifier: string) => (identifier.length > 64 ? sha256(identifier) : identifier)

/**
 * The rate limits of keys and addresses. A key shipped in every copy of a program is also limited for each network and
 * each device in it, so that one client cannot use up the limit of all customers. A trial takes nothing.
 */
export function openRequestLimits(
  config: Pick<Config, 'rate_limit_per_address'>,
  limit: Limiter,
  { isTrial = false } = {},
): SecondsToWait {
  const passes = (shares: readonly Share[], now: Date) => passAll(limit, shares, now, isTrial)

  function waitForSharedKey({ id }: KnownKey, perMinute: number, { address, now }: Requester, identifier?: string) {
    const networks = networksOf(address)
    const whole = { name: `key ${id}`, perMinute }
    const part = (share: number) => Math.min(perMinute, Math.max(assuredPerMinute, Math.floor(perMinute / share)))
    const own = sharesOf(`key ${id} from`, networks, part(10), perMinute)
    if (identifier)
      own.push({ name: `key ${id} from ${networks[0]!.name} device ${nameOf(identifier)}`, perMinute: part(20) })
    if (!limit.foresee(whole.name, perMinute, now)) return passes([whole, ...own], now)
    const assured = { name: `key ${id} assured ${networks[0]!.name}`, perMinute: Math.min(assuredPerMinute, perMinute) }
    return passes([assured, ...own], now)
  }

  function waitForKey(key: KnownKey | undefined, requester: Requester, identifier?: string) {
    const perMinute = key?.rateLimitPerMinute
    if (!key || !perMinute) return 0
    return key.isShared
      ? waitForSharedKey(key, perMinute, requester, identifier)
      : passes([{ name: `key ${key.id}`, perMinute }], requester.now)
  }

  return (requester, key, identifier) => {
    const byKey = waitForKey(key, requester, identifier)
    if (byKey || !config.rate_limit_per_address) return byKey
    const networks = networksOf(requester.address)
    return passes(sharesOf('address', networks, config.rate_limit_per_address), requester.now)
  }
}
