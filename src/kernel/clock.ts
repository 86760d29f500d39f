/** Returns the current time. It is injected, never read directly, so that tests can control it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

/** Milliseconds from an arbitrary start; for durations only. */
export const stopwatch = () => performance.now()
