import type { Answer } from './answers'

/** What a service concluded. Not an HTTP response: the envelope turns it into one. */
export class Outcome<const A extends Answer = Answer, Data extends object = object> {
  private constructor(
    readonly answer: A,
    readonly data: Data,
    readonly productId: number | undefined,
    /** When it was said first, for one that is said again; now otherwise. */
    readonly saidAt?: Date,
  ) {}

  /** An outcome with its payload: the keys that stand between `message` and `timestamp`, in that order. */
  static say<const A extends Answer, Data extends object = object>(answer: A, data = {} as Data) {
    return new Outcome<A, Data>(answer, data, undefined)
  }

  /** Sign with that product's own key where it has one, instead of the global key (CONTRACT §0). */
  signedFor(productId: number) {
    return new Outcome<A, Data>(this.answer, this.data, productId)
  }

  /** A copy with more fields at the end of its payload. */
  with<More extends object>(more: More) {
    return new Outcome<A, Data & More>(this.answer, { ...this.data, ...more }, this.productId, this.saidAt)
  }

  /** A form that can be stored, and brought back with `fromStored`. */
  toStored(now: Date): StoredOutcome {
    const { answer, data, productId = null } = this
    return { answer, data, productId, saidAt: (this.saidAt ?? now).getTime() }
  }

  /** What was said then, to be said again in the same words and with the same timestamp. */
  static fromStored({ answer, data, productId, saidAt }: StoredOutcome): Outcome {
    return new Outcome(answer, data, productId ?? undefined, new Date(saidAt))
  }
}

/** An outcome as JSON. */
export interface StoredOutcome {
  answer: Answer
  data: object
  productId: number | null
  saidAt: number
}

export const { say, fromStored } = Outcome

/** Thrown at the gate, which ends a request before any service is asked; and where a write must be undone as a whole. */
export class Refusal extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.answer)
  }
}
