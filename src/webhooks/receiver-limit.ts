const perReceiverMax = 32
const waitMs = 1000
const spacingMs = 10

/** Whose turn it is: one receiver that is slow takes no more than its share of the deliveries that run at once. */
export interface ReceiverLimit {
  /** What to call when the turn is over; or when to come back, when the receiver has its share. */
  take(receiver: string, now: Date): { over: () => void } | { comeBackAt: Date }
}

/** Those sent away come back one after the other, a hundred a second, so that waiting for a receiver costs little. */
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
