import type { Argument, Command, Option } from 'commander'
import { shellQuoted } from '../../kernel/shell'

/** The possible continuations after the words of one command. */
export interface CompletionNode {
  /** Those words, each after a space: ` user create`; empty for the program itself. */
  readonly at: string
  readonly commands: readonly Suggestion[]
  readonly options: readonly Suggested[]
  /** The possible words of its arguments. */
  readonly choices: readonly string[]
}

export interface Suggestion {
  readonly word: string
  readonly about: string
}

/** An option: with words to choose from, any value, or none. */
export interface Suggested extends Suggestion {
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

/** Every command with its continuations, as its help lists them. */
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

/** The paths that lead on from the program, as patterns of a shell's `case`. */
export const waysOf = (places: readonly CompletionNode[]) =>
  places.filter(({ at }) => at).map(({ at }) => shellQuoted(at))

/** The options with a value, each after its path: those with words to choose from, and those without. */
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
