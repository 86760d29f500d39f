import { Argument, type Command } from 'commander'
import type { Io } from '../io'
import { bashCompletion } from './bash'
import { fishCompletion } from './fish'
import { completionNodes } from './tree'
import { zshCompletion } from './zsh'

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

/** `latchkey completion bash | zsh | fish`, for all commands. */
export const completionCommand = (program: Command, io: Io, all: () => Command) =>
  program
    .command('completion')
    .description('print the completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .addHelpText('after', '\nIn this shell alone:  source <(latchkey completion bash)')
    .action((shell: keyof typeof shells) => io.out(shells[shell](completionNodes(all()))))
