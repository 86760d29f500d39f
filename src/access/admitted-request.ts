import type { Fields } from '../intake/body'
import { networkOf } from '../kernel/networks'
import type { Outcome } from '../kernel/outcome'
import type { AnswerOptions } from '../signing/seal'
import type { PrivateLane } from '../signing/signing-queue'
import type { Capability } from './capabilities'
import type { KnownKey } from './credential-cache'
import type { RequestContext } from './request-context'

/** The result of admission: immutable, with key, capability and fields present. */
export class AdmittedRequest {
  constructor(
    readonly context: RequestContext,
    readonly key: KnownKey,
    /** The capability granted. */
    readonly capability: Capability,
    /** The fields by the endpoint's model. */
    readonly values: Fields,
    /** How the answer is to be signed. */
    readonly answerOptions: AnswerOptions | undefined,
  ) {}

  get now(): Date {
    return this.context.now
  }

  get requestId(): string {
    return this.context.requestId
  }

  get address(): string {
    return this.context.address
  }

  get userAgent(): string {
    return this.context.userAgent
  }

  get idempotencyKey(): string | undefined {
    return this.context.request.headers.get('idempotency-key') ?? undefined
  }

  /** The lane for signing an answer; undefined for catalogue answers, which are the same for every client. */
  laneOf(outcome: Pick<Outcome, 'answer' | 'productId'>): PrivateLane | undefined {
    const license = this.#licenseKey
    if (!this.answerOptions?.proof && license === undefined) return this.context.laneOf(outcome)
    const isResolved = license !== undefined && outcome.productId !== undefined
    return { network: networkOf(this.address), subject: isResolved ? license : outcome.answer }
  }

  /** The lane for signatures made before there is an answer. */
  get lane(): PrivateLane {
    return { network: networkOf(this.address), subject: this.#licenseKey ?? '' }
  }

  get #licenseKey() {
    const { license_key } = this.values
    return typeof license_key === 'string' && license_key !== '' ? license_key : undefined
  }
}
