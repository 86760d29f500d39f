import { successes } from '../call-log/successes'
import type { Arrived, Fields } from '../intake/body'
import { networkOf } from '../kernel/networks'
import type { Outcome } from '../kernel/outcome'
import type { PrivateLane } from '../signing/signing-queue'
import type { KnownKey } from './credential-cache'
import { type AddressOf, bearerTokenIn, IncomingRequest } from './incoming-request'

/** A request as received, and the API key it shows. */
interface Arrival {
  request: Request
  now: Date
  /** On the stopwatch, in milliseconds. */
  arrivedAt: number
  carried: Arrived
  /** The socket's address. */
  peer: string
  /** The API key shown, or the one a link belongs to, in any state. */
  key: KnownKey | undefined
  addressOf: AddressOf
}

/** The context of a request before admission. */
export class RequestContext extends IncomingRequest {
  readonly arrivedAt: number
  readonly fields: Fields
  /** Why the fields could not be read; undefined if they could. */
  readonly unreadable: Outcome | undefined
  readonly key: KnownKey | undefined

  constructor({ request, now, arrivedAt, carried, peer, key, addressOf }: Arrival) {
    super(request, now, peer, addressOf)
    this.arrivedAt = arrivedAt
    this.fields = carried.fields
    this.unreadable = carried.refusal
    this.key = key
  }

  /** The lane for signing an answer; undefined for catalogue answers, which are the same for every client. */
  laneOf({ answer }: Pick<Outcome, 'answer' | 'productId'>): PrivateLane | undefined {
    // Pages are cut to the client's request, so there are as many answers as pages and sizes.
    const isPage = this.fields.page !== undefined || this.fields.per_page !== undefined
    return !isPage && successes.has(answer) ? undefined : { network: networkOf(this.address), subject: answer }
  }
}

/** The API key's token, from the header or else the fields. */
export function tokenIn(request: Request, { api_key }: Fields): string | undefined {
  return bearerTokenIn(request) ?? (typeof api_key === 'string' && api_key !== '' ? api_key : undefined)
}
