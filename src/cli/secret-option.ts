import { type Command, Option } from 'commander'
import { OperatorError } from '../kernel/operator-error'

/** The end of the help of an option that names a file. */
export const orStandardInput = (what: string) => `${what.replace(/\.$/, '')}: a file, or - for standard input.`

/**
 * Refuses a secret on the command line, which every user of the machine can read in the process list. The error gives a
 * remedy and does not repeat the secret.
 */
export function refuseBare(command: Command, flag: string, remedies: readonly string[] = []) {
  const sentence = [`write it to a file and name that with ${flag}-file FILE, or - for standard input`, ...remedies]
  const option = new Option(`${flag} <text>`).hideHelp().argParser(() => {
    throw new OperatorError(
      `${flag} is not taken on the command line, which other users of this machine can read: ${sentence.join('; or ')}`,
      'invalid_input',
    )
  })
  command.addOption(option)
}
