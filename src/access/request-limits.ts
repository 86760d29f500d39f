import type { Config } from '../config'
import { networksOf } from '../kernel/networks'
import { sha256 } from '../kernel/secrets'
import type { KnownKey } from './credential-cache'
import { type Limiter, passAll, type Share, sharesOf } from './rate-limit'
import type { Requester } from './rules'

/** Requests per minute a network is guaranteed on a shared key, even when others have used up the key's limit. */
const assuredPerMinute = 10

type KeyedRequester = Requester & { readonly key: KnownKey }

/** Seconds a requester must wait for each of its limits; where that is 0, the request is counted. */
export interface RequestLimits {
  ofKey(requester: KeyedRequester, identifier: string | undefined): number
  ofAddress(requester: Requester): number
}

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
): RequestLimits {
  const passes = (shares: readonly Share[], now: Date) => passAll(limit, shares, now, isTrial)

  function waitForSharedKey(
    { key: { id }, address, now }: KeyedRequester,
    perMinute: number,
    identifier: string | undefined,
  ) {
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

  return {
    ofKey(requester, identifier) {
      const { key, now } = requester
      const perMinute = key.rateLimitPerMinute
      if (!perMinute) return 0
      return key.isShared
        ? waitForSharedKey(requester, perMinute, identifier)
        : passes([{ name: `key ${key.id}`, perMinute }], now)
    },
    ofAddress(requester) {
      const perMinute = config.rate_limit_per_address
      return perMinute ? passes(sharesOf('address', networksOf(requester.address), perMinute), requester.now) : 0
    },
  }
}
