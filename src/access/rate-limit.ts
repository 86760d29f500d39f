const minuteMs = 60_000
const mostBuckets = 100_000

interface Bucket {
  tokens: number
  filledAt: number
}

/** Seconds to wait before that many requests a minute are allowed again; 0 when this one may pass. */
export type Pace = (name: string, perMinute: number, now: Date) => number

export interface Limiter extends Pace {
  /** What a request would hear now, without being one. */
  foresee: Pace
}

/**
 * Token buckets: a minute's worth may come at once, then they refill evenly. Kept in memory, at most 100,000 of them;
 * beyond that the longest untouched are forgotten.
 */
export function openLimiter(): Limiter {
  const buckets = new Map<string, Bucket>()

  let latest: Bucket | undefined

  function tokensOf(bucket: Bucket | undefined, perMinute: number, at: number) {
    if (!bucket) return perMinute
    const earned = (Math.max(0, at - bucket.filledAt) * perMinute) / minuteMs
    return Math.min(perMinute, bucket.tokens + earned)
  }

  function pass(name: string, perMinute: number, now: Date) {
    const at = now.getTime()
    const bucket = buckets.get(name) ?? { tokens: perMinute, filledAt: at }
    bucket.tokens = tokensOf(bucket, perMinute, at)
    bucket.filledAt = at
    if (bucket !== latest) {
      buckets.delete(name)
      buckets.set(name, bucket)
      latest = bucket
      if (buckets.size > mostBuckets) buckets.delete(buckets.keys().next().value!)
    }
    const seconds = secondsUntil(bucket.tokens, perMinute)
    if (!seconds) bucket.tokens -= 1
    return seconds
  }

  return Object.assign(pass, {
    foresee: (name: string, perMinute: number, now: Date) =>
      secondsUntil(tokensOf(buckets.get(name), perMinute, now.getTime()), perMinute),
  })
}

const secondsUntil = (tokens: number, perMinute: number) =>
  tokens < 1 ? Math.ceil(((1 - tokens) * 60) / perMinute) : 0
