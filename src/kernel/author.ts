/** Who changes something, as the audit log names them: `api-key 3`, `user ada`, `command line`, `job deliver`, `server`. */
export interface Author {
  readonly actor: string
  /** The request the change came with, where it came with one. */
  readonly requestId?: string | undefined
}
