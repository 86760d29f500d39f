/** What the page counts by. */
export const dimensions = ['group', 'version', 'product', 'product,version', 'type'] as const
export type Dimension = (typeof dimensions)[number]

/** How many days the page goes back; more are rarely kept. */
export const spans = ['1d', '7d', '30d', '90d'] as const

export interface TelemetrySearch {
  by?: Dimension
  from?: (typeof spans)[number]
  group?: string
}

/** The search of an address; anything else in it is dropped. */
export function telemetrySearch(given: Record<string, unknown>): TelemetrySearch {
  const by = dimensions.find((each) => each === given.by)
  const from = spans.find((each) => each === given.from)
  return {
    ...(by && { by }),
    ...(from && { from }),
    ...(given.group !== undefined && given.group !== '' && { group: String(given.group) }),
  }
}
