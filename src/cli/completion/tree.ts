import type { Argument, Command, Option } from 'commander'

/** What may follow the words that lead to one command. */
export interface CompletionNode {
  /** Those words, each behind a space: ` user create`; empty for the program itself. */
  readonly at: string
  readonly commands: readonly Suggestion[]
  readonly options: readonly Suggested[]
  /** Words its arguments are chosen from. */
  readonly choices: readonly string[]
}

export interface Suggestion {
  readonly word: string
  readonly about: string
}

/** An option; with words to choose from, or any value, or none. */
export interface Suggested extends Suggestion {
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

/** Every command there is and what may follow it, as its help says. */
export function completionNodes(command: Command, at = ''): CompletionNode[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command)
  const place = {
    at,
    commands: commands.map((child) => ({ word: child.name(), about: child.description() })),
    options: help.visibleOptions(command).map(suggested),
    choices: command.registeredArguments.flatMap(wordsOf),
  }
  return [place, ...command.commands.flatMap((child) => completionNodes(child, `${at} ${child.name()}`))]
}

const wordsOf = (argument: Argument & { suggested?: readonly string[] }) =>
  argument.suggested ?? argument.argChoices ?? []

const suggested = (option: Option): Suggested => ({
  word: option.long ?? option.flags,
  about: option.description,
  takesValue: Boolean(option.required || option.optional),
  choices: option.argChoices ?? [],
})

/** A text as a word of a shell. */
export const shellQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** The places that lead on from the program itself, as patterns of a shell's `case`. */
export const waysOf = (places: readonly CompletionNode[]) =>
  places.filter(({ at }) => at).map(({ at }) => shellQuoted(at))

/** The options that take a value, each behind its place: those with words to choose from, and those with none. */
export function valuesOf(places: readonly CompletionNode[]) {
  const taking = places.flatMap(({ at, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map((option) => ({ ...option, behind: shellQuoted(`${at} ${option.word}`) })),
  )
  return {
    chosen: taking.filter(({ choices }) => choices.length),
    free: taking.filter(({ choices }) => !choices.length).map(({ behind }) => behind),
  }
}
