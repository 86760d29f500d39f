/** Tells the time. Handed in, never read: tests hold it in their hand. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

/** Milliseconds from an arbitrary start; for durations only. */
export const stopwatch = () => performance.now()
