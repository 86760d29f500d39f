const minuteMs = 60_000
const mostBuckets = 100_000

interface Bucket {
  tokens: number
  filledAt: number
}

/** Seconds to wait before that many requests a minute are allowed again; 0 when this one may pass. */
export type Limiter = (name: string, perMinute: number, now: Date) => number

/**
 * Token buckets: a minute's worth may come at once, then they refill evenly. Kept in memory, at most 100,000 of them;
 * beyond that the longest untouched are forgotten.
 */
export function openLimiter(): Limiter {
  const buckets = new Map<string, Bucket>()
  let latest: Bucket | undefined
  return (name, perMinute, now) => {
    const at = now.getTime()
    const bucket = buckets.get(name) ?? { tokens: perMinute, filledAt: at }
    const earned = (Math.max(0, at - bucket.filledAt) * perMinute) / minuteMs
    bucket.tokens = Math.min(perMinute, bucket.tokens + earned)
    bucket.filledAt = at
    if (bucket !== latest) {
      buckets.delete(name)
      buckets.set(name, bucket)
      latest = bucket
      if (buckets.size > mostBuckets) buckets.delete(buckets.keys().next().value!)
    }
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 60) / perMinute)
    bucket.tokens -= 1
    return 0
  }
}
