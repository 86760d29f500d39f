import { Message, type MessagePart, type Remedy } from './message'

/**
 * Why something cannot be done: it failed as things stand, it was asked for in the wrong way, it is not there,
 * the user may not do it, or the user is not known.
 */
export type ErrorKind = 'conflict' | 'invalid_input' | 'not_found' | 'forbidden' | 'unauthenticated'

/** An operation an operator asked for cannot be done. The message is one sentence: the cause, a colon, the remedy. */
export class OperatorError extends Error {
  /** The message with its references, for a door that shows them in its own words. */
  readonly text: Message

  constructor(
    text: string | Message,
    readonly kind: ErrorKind = 'conflict',
  ) {
    super(String(text))
    this.text = typeof text === 'string' ? new Message([text]) : text
  }

  /** The field that is wrong, where one is. */
  get field(): string | undefined {
    return this.text.field
  }

  /** Operations that help. */
  get remedies(): Remedy[] {
    return this.text.remedies
  }
}

interface ErrorJson {
  kind: ErrorKind
  parts: readonly MessagePart[]
}

/** An error as one process hands it to another, with its references. */
export const errorJson = ({ kind, text }: OperatorError): ErrorJson => ({ kind, parts: text.parts })
export const errorFromJson = ({ kind, parts }: ErrorJson) => new OperatorError(new Message(parts), kind)
