import type { Answer } from './answers'

/** What a service concluded. Not an HTTP response: the envelope turns it into one. */
export class Outcome<const A extends Answer = Answer, Data extends object = object> {
  private constructor(
    readonly answer: A,
    readonly data: Data,
    readonly productId: number | undefined,
  ) {}

  /** An outcome with its payload: the keys that stand between `message` and `timestamp`, in that order. */
  static say<const A extends Answer, Data extends object = object>(answer: A, data = {} as Data) {
    return new Outcome<A, Data>(answer, data, undefined)
  }

  /** Sign with that product's own key where it has one, instead of the global key (CONTRACT §0). */
  signedFor(productId: number) {
    return new Outcome<A, Data>(this.answer, this.data, productId)
  }
}

export const { say } = Outcome

/** Thrown at the gate alone: ends a request before any service is asked. */
export class Refusal extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.answer)
  }
}
