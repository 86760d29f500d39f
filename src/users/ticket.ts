import type { Tx } from '../database/connection'
import { randomToken } from '../kernel/secrets'
import type { Sealer } from '../signing/sealing'
import { insertUsedTicket } from './ticket-store'

/** What a browser is in the middle of. */
export type TicketKind = 'second factor' | 'passkey' | 'new passkey' | 'single sign-on'

/** How long a log-in may take from one step to the next. */
export const ticketLifetimeMs = 10 * 60_000

/** One step of a log-in that has begun: what the next step needs to know. */
export interface Ticket<Data> {
  id: string
  expiresAt: Date
  data: Data
}

interface Stored {
  id: string
  until: number
  data: object
}

const purposeOf = (kind: TicketKind) => `log-in ticket ${kind}`

/**
 * The state of a log-in, sealed, for a cookie of the browser: nothing is stored for a log-in that anyone can begin.
 */
export function makeTicket(sealer: Sealer, kind: TicketKind, data: object, now: Date): string {
  const stored: Stored = { id: randomToken('lkt'), until: now.getTime() + ticketLifetimeMs, data }
  return sealer.seal(Buffer.from(JSON.stringify(stored)), purposeOf(kind)).toString('base64url')
}

/** The ticket if it is genuine, of this kind and not expired; undefined otherwise. */
export function openTicket<Data extends object>(
  sealer: Sealer,
  kind: TicketKind,
  shown: string | undefined,
  now: Date,
): Ticket<Data> | undefined {
  if (!shown) return undefined
  try {
    const text = sealer.open(Buffer.from(shown, 'base64url'), purposeOf(kind)).toString()
    const { id, until, data } = JSON.parse(text) as Stored
    return until > now.getTime() ? { id, expiresAt: new Date(until), data: data as Data } : undefined
  } catch {
    return undefined
  }
}

/** Uses a ticket up; false if it was used before. */
export const spendTicket = (tx: Tx, { id, expiresAt }: Ticket<unknown>, now: Date): Promise<boolean> =>
  insertUsedTicket(tx, { id, expiresAt }, now)
