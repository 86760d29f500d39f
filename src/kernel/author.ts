import { visible } from './visible'

/** Who changes something, as the audit log names them: `api-key 3`, `user ada`, `command line (petra)`, `job deliver`, `server`. */
export interface Author {
  readonly actor: string
  /** The request the change came with, where it came with one. */
  readonly requestId?: string | undefined
}

/** Whoever works at a shell. */
export const commandLine = 'command line'

const loginLengthMax = 64

/** The actor at a shell, by the login where it is known. */
export const atShell = (login: string | undefined) =>
  login ? `${commandLine} (${visible(login).slice(0, loginLengthMax)})` : commandLine
