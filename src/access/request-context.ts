import { successes } from '../call-log/successes'
import type { Arrived, Fields } from '../intake/body'
import { networkOf } from '../kernel/networks'
import type { Outcome } from '../kernel/outcome'
import { requestIdOf } from '../kernel/request-id'
import type { AnswerOptions } from '../signing/seal'
import type { PrivateLane } from '../signing/signing-queue'
import type { KnownKey } from './admit'
import type { Capability } from './capabilities'
import type { Attempt } from './guess-limiter'

const userAgentLengthMax = 512

/** A request as received. */
export interface IncomingRequest {
  request: Request
  now: Date
  /** On the stopwatch, in milliseconds. */
  arrivedAt: number
  carried: Arrived
  /** The socket's address. */
  peer: string
  addressOf: (request: Request, peer: string) => string
}

/** The context of a request before admission. Values that few rules need are determined on demand. */
export class RequestContext {
  readonly now: Date
  readonly arrivedAt: number
  /** The request's id in logs and the audit log. */
  readonly requestId: string
  readonly fields: Fields
  /** Why the fields could not be read; undefined if they could. */
  readonly unreadable: Outcome | undefined
  readonly token: string | undefined
  /** The API key shown, or the one a link belongs to, in any state. */
  key: KnownKey | undefined
  /** The capability granted, and the fields by its model; set after admission. */
  capability: Capability | undefined
  values: Fields | undefined
  /** How the answer is to be signed; set after admission. */
  answerOptions: AnswerOptions | undefined
  /** The request's reservation in the guess limiter. */
  attempt: Attempt | undefined
  /** Called with whether the answer reached the client, on routes that report it. */
  onAnswered: ((isDelivered: boolean) => void) | undefined
  readonly #request: Request
  readonly #peer: string
  readonly #addressOf: IncomingRequest['addressOf']
  #address: string | undefined

  constructor({ request, now, arrivedAt, carried, peer, addressOf }: IncomingRequest) {
    this.now = now
    this.arrivedAt = arrivedAt
    this.requestId = requestIdOf(request.headers.get('x-request-id'))
    this.fields = carried.fields
    this.unreadable = carried.refusal
    this.token = bearerToken(request.headers.get('authorization')) ?? textOf(carried.fields.api_key)
    this.key = undefined
    this.capability = undefined
    this.values = undefined
    this.answerOptions = undefined
    this.onAnswered = undefined
    this.attempt = undefined
    this.#request = request
    this.#peer = peer
    this.#addressOf = addressOf
  }

  get address(): string {
    this.#address ??= this.#addressOf(this.#request, this.#peer)
    return this.#address
  }

  /** The lane for signing an answer; undefined for catalogue answers, which are the same for every client. */
  laneOf({ answer, productId }: Pick<Outcome, 'answer' | 'productId'>): PrivateLane | undefined {
    const license = textOf(this.values?.license_key)
    // Pages are cut to the client's request, so there are as many answers as pages and sizes.
    const isPage = this.fields.page !== undefined || this.fields.per_page !== undefined
    if (!this.answerOptions?.proof && license === undefined && !isPage && successes.has(answer)) return undefined
    const isResolved = license !== undefined && productId !== undefined
    return { network: networkOf(this.address), subject: isResolved ? license : answer }
  }

  /** The lane for signatures made before there is an answer. */
  get lane(): PrivateLane {
    return { network: networkOf(this.address), subject: textOf(this.values?.license_key) ?? '' }
  }

  get userAgent(): string {
    return (this.#request.headers.get('user-agent') ?? '').slice(0, userAgentLengthMax)
  }

  get idempotencyKey(): string | undefined {
    return this.#request.headers.get('idempotency-key') ?? undefined
  }
}

/** The token of `Authorization: Bearer …`. */
const bearerToken = (header: string | null) => (header ? /^\s*bearer\s+(\S+)\s*$/i.exec(header)?.[1] : undefined)

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
