import { subjects } from '../operations/subjects'

/** Common guesses at command names, with the real ones. */
const instead: Record<string, string> = {
  'license unrevoke':
    '(A revocation is for good: "latchkey license replace <license-key>" gives its owner another key.)',
}

/**
 * Commander's error for an unknown word, with a better suggestion if there is one: the command of that name elsewhere
 * in the tree. Options are suggested only if they begin alike.
 */
export function suggestBetter(said: string, args: readonly string[]): string {
  const [, option, similar] = /unknown option '--(\w)[^']*'\n\(Did you mean --(\w)/.exec(said) ?? []
  if (option !== similar) return said.replace(/\n\(Did you mean .*\)/, '')
  const word = /unknown command '([^']*)'/.exec(said)?.[1]
  if (word === undefined) return said
  const asked = args.slice(0, args.indexOf(word) + 1).join(' ')
  const elsewhere = subjects
    .flatMap(({ operations }) => operations.map(({ command }) => command))
    .filter((command) => command.endsWith(` ${word}`))
    .map((command) => `latchkey ${command}`)
  const better = instead[asked] ?? (elsewhere.length ? `(Did you mean ${orOf(elsewhere)}?)` : undefined)
  return better === undefined ? said : `error: unknown command '${word}'\n${better}\n`
}

const orOf = (commands: readonly string[]) =>
  commands.length > 1 ? `one of ${commands.slice(0, 4).join(', ')}` : commands[0]
