import { visible } from './visible'

/**
 * Who makes a change, as recorded in the audit log: `api-key 3`, `user ada`, `command line (petra)`, `job deliver`,
 * `server`.
 */
export interface Author {
  readonly actor: string
  /** The id of the request that made the change, if one did. */
  readonly requestId?: string | undefined
}

/** The actor for commands run in a shell. */
export const commandLine = 'command line'

const loginLengthMax = 64

/** The actor for a shell command, with the login if it is known. */
export const atShell = (login: string | undefined) =>
  login ? `${commandLine} (${visible(login).slice(0, loginLengthMax)})` : commandLine
