const perReceiverMax = 32
const waitMs = 1000
const spacingMs = 10

/** Limits the concurrent deliveries to one receiver, so that a slow one takes no more than its share. */
export interface ReceiverLimit {
  /** Returns a function that releases the slot; or, if the receiver has its share, when to retry. */
  take(receiver: string, now: Date): { over: () => void } | { comeBackAt: Date }
}

/** Spreads the retries, a hundred a second per receiver, so that waiting costs little. */
export function openReceiverLimit(): ReceiverLimit {
  const running = new Map<string, number>()
  const lastComingBack = new Map<string, number>()

  return {
    take(receiver, now) {
      const count = running.get(receiver) ?? 0
      if (count >= perReceiverMax) {
        const at = Math.max(now.getTime() + waitMs, (lastComingBack.get(receiver) ?? 0) + spacingMs)
        lastComingBack.set(receiver, at)
        return { comeBackAt: new Date(at) }
      }
      running.set(receiver, count + 1)
      return {
        over() {
          const left = running.get(receiver)! - 1
          if (left > 0) running.set(receiver, left)
          else {
            running.delete(receiver)
            lastComingBack.delete(receiver)
          }
        },
      }
    },
  }
}
