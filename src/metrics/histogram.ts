const boundsMs = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000, 5000]

/** A histogram of durations. */
export interface Histogram {
  /** In milliseconds. */
  add(ms: number): void
  /**
   * Upper bounds in seconds, each with the number of durations up to it, as Prometheus expects; the last counts all.
   */
  buckets(): [le: string, count: number][]
  readonly sumSeconds: number
  readonly count: number
}

export function openHistogram(): Histogram {
  const counts = new Float64Array(boundsMs.length + 1)
  let sumMs = 0
  let count = 0
  return {
    add(ms) {
      let place = 0
      while (place < boundsMs.length && ms > boundsMs[place]!) place++
      counts[place]! += 1
      sumMs += ms
      count += 1
    },
    buckets() {
      let below = 0
      return [...counts].map((some, place) => {
        below += some
        return [place < boundsMs.length ? String(boundsMs[place]! / 1000) : '+Inf', below]
      })
    },
    get sumSeconds() {
      return sumMs / 1000
    },
    get count() {
      return count
    },
  }
}
