/** Something an operator asked for cannot be done; the message is one sentence that says why and names the remedy. */
export class Sorry extends Error {
  /** 1: it failed; 2: it was asked for in the wrong way. */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message)
  }
}
