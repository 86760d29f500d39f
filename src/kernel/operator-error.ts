import { Message, type MessagePart, type Remedy } from './message'

/**
 * Why an operation failed: a conflict with the current state, invalid input, something missing, a user without
 * permission, one who has to prove first who they are or to set up a second factor, or an unknown user.
 */
export type ErrorKind =
  | 'conflict'
  | 'invalid_input'
  | 'not_found'
  | 'forbidden'
  | 'proof_required'
  | 'second_factor_required'
  | 'unauthenticated'

/** A requested operation cannot be done. The message is one sentence: the cause, a colon, the remedy. */
export class OperatorError extends Error {
  /** The message with its references, for interfaces that render them in their own words. */
  readonly text: Message

  constructor(
    text: string | Message,
    readonly kind: ErrorKind = 'conflict',
  ) {
    super(String(text))
    this.text = typeof text === 'string' ? new Message([text]) : text
  }

  /** The invalid field, if there is one. */
  get field(): string | undefined {
    return this.text.field
  }

  /** Suggested operations that solve it. */
  get remedies(): Remedy[] {
    return this.text.remedies
  }
}

interface ErrorJson {
  kind: ErrorKind
  parts: readonly MessagePart[]
}

/** An error as passed between processes, with its references. */
export const errorJson = ({ kind, text }: OperatorError): ErrorJson => ({ kind, parts: text.parts })
export const errorFromJson = ({ kind, parts }: ErrorJson) => new OperatorError(new Message(parts), kind)
