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

/** A request as it came through the door. */
export interface IncomingRequest {
  request: Request
  now: Date
  /** On the stopwatch. */
  arrivedAt: number
  carried: Arrived
  /** The other end of its socket. */
  peer: string
  addressOf: (request: Request, peer: string) => string
}

/** Who is asking, as far as anybody can tell before they are admitted. What few rules need is found out when they ask. */
export class RequestContext {
  readonly now: Date
  readonly arrivedAt: number
  /** What this request is called, in logs and in the audit log. */
  readonly requestId: string
  readonly fields: Fields
  /** Why their fields cannot be read, if they cannot. */
  readonly unreadable: Outcome | undefined
  readonly token: string | undefined
  /** The API key they showed, or that a link of theirs stands for, whatever its state. */
  key: KnownKey | undefined
  /** What they were admitted for, and their fields as its model reads them; set once they are. */
  capability: Capability | undefined
  values: Fields | undefined
  /** What they ask of the answer itself; set once they are admitted. */
  answerOptions: AnswerOptions | undefined
  /** Their place among those that may turn out to guess at secrets. */
  attempt: Attempt | undefined
  /** Told whether the answer reached them, where a route reports it. */
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

  /** Whose turn an answer's signature is: undefined for what the catalogue says to everybody alike. */
  laneOf({ answer, productId }: Pick<Outcome, 'answer' | 'productId'>): PrivateLane | undefined {
    const license = textOf(this.values?.license_key)
    // A page is cut as its client orders: there are as many answers as pages and sizes.
    const isPage = this.fields.page !== undefined || this.fields.per_page !== undefined
    if (!this.answerOptions?.proof && license === undefined && !isPage && successes.has(answer)) return undefined
    const isResolved = license !== undefined && productId !== undefined
    return { network: networkOf(this.address), subject: isResolved ? license : answer }
  }

  /** The lane of what is signed before there is an answer. */
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
