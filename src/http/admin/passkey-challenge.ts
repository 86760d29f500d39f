import type { Config } from '../../config'
import type { Deps } from '../../deps'
import { OperatorError } from '../../kernel/operator-error'
import { relyingParty, verifiedShown } from '../../users/passkeys'
import { makeTicket, openTicket, type TicketKind } from '../../users/ticket'
import type { AdminRequest } from './admin-request'
import { cookie, cookieIn } from './cookies'

/** What the ticket of a challenge remembers. */
interface Challenge {
  challenge: string
  /** The user whom a new passkey is for. */
  userId?: number
}

/** The page that asks, as the browser names it; the gate has checked that it is ours. */
export const partyOf = ({ request }: AdminRequest, { base_url }: Config) =>
  relyingParty(request.headers.get('origin') ?? (base_url || undefined))

/** The cookie that remembers a challenge until the browser has signed it. */
export const challengeCookie = (
  kind: TicketKind,
  data: Challenge,
  adminRequest: AdminRequest,
  { sealer, config }: Pick<Deps, 'sealer' | 'config'>,
) => cookie('latchkey_challenge', makeTicket(sealer, kind, data, adminRequest.now), adminRequest, config)

/** The challenge that this browser was given; throws an `OperatorError` if there is none or it is too old. */
export function challengeIn(kind: TicketKind, { request, now }: AdminRequest, { sealer }: Pick<Deps, 'sealer'>) {
  const ticket = openTicket<Challenge>(sealer, kind, cookieIn(request, 'latchkey_challenge'), now)
  if (!ticket) throw new OperatorError('this took too long, or began in another browser: begin once more')
  return ticket
}

/** The passkey that a browser shows, verified, and the ticket to spend with it. */
export async function shownPasskey(deps: Deps, adminRequest: AdminRequest, response: string) {
  const ticket = challengeIn('passkey', adminRequest, deps)
  const party = partyOf(adminRequest, deps.config)
  const { challenge } = ticket.data
  return { ticket, ...(await verifiedShown(deps.db.read, objectIn(response), { challenge, party })) }
}

/** What a browser says of a passkey, as JSON. */
export function objectIn(text: string): object {
  try {
    const value = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Told below.
  }
  throw new OperatorError('send what the browser says of the passkey, as an object', 'invalid_input')
}
