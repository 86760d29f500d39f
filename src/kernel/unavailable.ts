/** Something outside this process does not work; the message is one sentence: the cause, a colon, the remedy. */
export class UnavailableError extends Error {}
