import type { Answer } from './answers'

/** The result of a service. Not an HTTP response: the envelope makes one of it. */
export class Outcome<const A extends Answer = Answer, Data extends object = object> {
  private constructor(
    readonly answer: A,
    readonly data: Data,
    readonly productId: number | undefined,
    /** When a stored outcome was first returned; undefined for a new one. */
    readonly saidAt?: Date,
  ) {}

  /** An outcome with its payload: the keys between `message` and `timestamp`, in that order. */
  static say<const A extends Answer, Data extends object = object>(answer: A, data = {} as Data) {
    return new Outcome<A, Data>(answer, data, undefined)
  }

  /** Signs with that product's own key, if it has one, instead of the global key (CONTRACT §0). */
  signedFor(productId: number) {
    return new Outcome<A, Data>(this.answer, this.data, productId)
  }

  /** A copy with fields appended to its payload. */
  with<More extends object>(more: More) {
    return new Outcome<A, Data & More>(this.answer, { ...this.data, ...more }, this.productId, this.saidAt)
  }

  /** The outcome in a form that can be stored; `fromStored` restores it. */
  toStored(now: Date): StoredOutcome {
    const { answer, data, productId = null } = this
    return { answer, data, productId, saidAt: (this.saidAt ?? now).getTime() }
  }

  /** A stored outcome, to be returned with its original data and timestamp. */
  static fromStored({ answer, data, productId, saidAt }: StoredOutcome): Outcome {
    return new Outcome(answer, data, productId ?? undefined, new Date(saidAt))
  }
}

/** An outcome as stored JSON. */
export interface StoredOutcome {
  answer: Answer
  data: object
  productId: number | null
  saidAt: number
}

export const { say, fromStored } = Outcome

/** Thrown by the gate to end a request before any service runs, and to roll back a whole write. */
export class Refusal extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.answer)
  }
}
