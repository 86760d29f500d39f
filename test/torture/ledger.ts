import type { Report } from './report'

/** What a place in the data holds: a text, or nothing. */
type Content = string | null

/** A change that was asked for and not yet answered. */
export interface Claim {
  /** Whether the place may have held that before. */
  couldBe(content: Content): boolean
  acknowledged(): void
  /** It was refused, so that nothing has changed. */
  refused(): void
  /** Nobody can tell whether it was done. */
  lost(): void
}

export interface Order {
  quantity: number
  /** How it was sent, for whoever has to find out what went wrong. */
  isKeyed: boolean
  /** Known once it was answered or posted. */
  keys?: readonly string[]
  /** Told to a webhook, when it was queued. */
  isQueued: boolean
  deliveries: number
}

/** What the server may hold, after all it has acknowledged. It lives outside the server and survives it. */
export interface Ledger {
  /** Says that a place is about to be changed. Only one customer at a time may do that to one place. */
  claim(place: string, content: Content): Claim
  /** Notes that a key was given to an owner; a finding when it had another one. */
  give(key: string, owner: string): void
  /** Notes that keys were drawn; a finding when one was drawn before. */
  draw(keys: readonly string[]): void
  /** Orders by their owner; each owner orders once. */
  readonly orders: Map<string, Order>
  readonly places: ReadonlyMap<string, ReadonlySet<Content>>
  readonly owners: ReadonlyMap<string, string>
}

export function openLedger(report: Report): Ledger {
  const places = new Map<string, Set<Content>>()
  const owners = new Map<string, string>()
  const drawn = new Set<string>()

  return {
    places,
    owners,
    orders: new Map(),
    claim(place, content) {
      const before = places.get(place) ?? new Set([null])
      places.set(place, new Set([...before, content]))
      return {
        couldBe: (other) => before.has(other),
        acknowledged() {
          report.count('acknowledged changes')
          places.set(place, new Set([content]))
        },
        refused: () => places.set(place, before),
        lost() {},
      }
    },
    give(key, owner) {
      const other = owners.get(key)
      if (other !== undefined && other !== owner) report.find('no key has two owners', { key, owners: [other, owner] })
      owners.set(key, owner)
      report.count('acknowledged keys')
    },
    draw(keys) {
      for (const key of keys) {
        if (drawn.has(key)) report.find('no key is drawn twice', key)
        drawn.add(key)
        places.set(`license ${key}`, new Set(['present']))
      }
      report.count('acknowledged keys', keys.length)
    },
  }
}
