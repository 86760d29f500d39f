/**
 * Why something cannot be done: it failed as things stand, it was asked for in the wrong way, it is not there,
 * whoever asks may not do it, or nobody knows who asks.
 */
export type ErrorKind = 'conflict' | 'invalid_input' | 'not_found' | 'forbidden' | 'unauthenticated'

/** Something an operator asked for cannot be done; the message is one sentence that says why and names the remedy. */
export class OperatorError extends Error {
  constructor(
    message: string,
    readonly kind: ErrorKind = 'conflict',
  ) {
    super(message)
  }
}
