import type { Network } from '../kernel/networks'

const minuteMs = 60_000
const bucketsMax = 100_000

interface Bucket {
  tokens: number
  filledAt: number
}

/** Seconds until the limit of requests per minute allows another; 0 if this one is allowed. */
export type Pace = (name: string, perMinute: number, now: Date) => number

export interface Limiter extends Pace {
  /** What a request would get now, without counting one. */
  foresee: Pace
  /** How many more are allowed now. */
  left: Pace
  /** Counts a request that cannot be refused: it makes the next wait, for two minutes at most. */
  charge(name: string, perMinute: number, now: Date): void
  /** Takes that amount at once; an excess becomes a debt, so the next request waits longer. */
  spend(name: string, perMinute: number, now: Date, amount: number): number
}

/**
 * Token buckets: a minute's worth may come at once, then they refill evenly. In memory only, at most 100,000; beyond
 * that the least recently used are dropped. A clock set back makes nobody wait longer: a bucket filled in the future
 * counts as filled now.
 */
export function openLimiter(): Limiter {
  const buckets = new Map<string, Bucket>()

  let latest: Bucket | undefined

  function refill(bucket: Bucket, perMinute: number, at: number) {
    const earned = (Math.max(0, at - bucket.filledAt) * perMinute) / minuteMs
    bucket.tokens = Math.min(perMinute, bucket.tokens + earned)
    bucket.filledAt = at
    return bucket.tokens
  }

  function spend(name: string, perMinute: number, now: Date, amount: number) {
    const at = now.getTime()
    const bucket = buckets.get(name) ?? { tokens: perMinute, filledAt: at }
    refill(bucket, perMinute, at)
    if (bucket !== latest) {
      buckets.delete(name)
      buckets.set(name, bucket)
      latest = bucket
      if (buckets.size > bucketsMax) buckets.delete(buckets.keys().next().value!)
    }
    const seconds = secondsUntil(bucket.tokens, perMinute)
    if (!seconds) bucket.tokens -= amount
    return seconds
  }

  function tokensOf(name: string, perMinute: number, now: Date) {
    const bucket = buckets.get(name)
    return bucket ? refill(bucket, perMinute, now.getTime()) : perMinute
  }

  return Object.assign((name: string, perMinute: number, now: Date) => spend(name, perMinute, now, 1), {
    spend,
    charge(name: string, perMinute: number, now: Date) {
      spend(name, perMinute, now, 0)
      const bucket = buckets.get(name)!
      bucket.tokens = Math.max(-perMinute, bucket.tokens - 1)
    },
    foresee: (name: string, perMinute: number, now: Date) => secondsUntil(tokensOf(name, perMinute, now), perMinute),
    left: (name: string, perMinute: number, now: Date) => Math.floor(tokensOf(name, perMinute, now)),
  })
}

const secondsUntil = (tokens: number, perMinute: number) =>
  tokens < 1 ? Math.ceil(((1 - tokens) * 60) / perMinute) : 0

/** One of several limits that apply to a request. */
export interface Share {
  name: string
  perMinute: number
  /** How much the request takes; 1 by default. */
  amount?: number
}

/** The limits of an address's networks, given the narrowest one's requests per minute. */
export const sharesOf = (what: string, networks: readonly Network[], perMinute: number, most = Infinity): Share[] =>
  networks.map(({ name, factor }) => ({ name: `${what} ${name}`, perMinute: Math.min(perMinute * factor, most) }))

/** Checks several limits: returns the longest wait in seconds, or 0 and takes from each if all allow the request. */
export function passAll(limit: Limiter, shares: readonly Share[], now: Date, isTrial = false): number {
  const seconds = Math.max(0, ...shares.map(({ name, perMinute }) => limit.foresee(name, perMinute, now)))
  if (!seconds && !isTrial) for (const share of shares) limit.spend(share.name, share.perMinute, now, share.amount ?? 1)
  return seconds
}
