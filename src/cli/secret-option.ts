import { type Command, Option } from 'commander'
import { OperatorError } from '../kernel/operator-error'

/** What the help of an option that names a file ends in. */
export const orStandardInput = (what: string) => `${what.replace(/\.$/, '')}: a file, or - for standard input.`

/**
 * A command line is read by every user of a machine that lists its processes: a secret that stands there is refused,
 * with what to do instead, and is not repeated.
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
