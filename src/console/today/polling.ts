/** How often a page that stays open asks again. */
export const liveMs = 5000
export const chartMs = 30_000
/** For what the server counts in a process of its own. */
export const countedMs = 60_000
