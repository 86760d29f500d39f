import { Command, CommanderError, Help } from 'commander'
import { version } from '../../package.json'
import { remedyFor } from '../database/failure'
import { errorJson, OperatorError } from '../kernel/operator-error'
import type { Progress } from '../kernel/progress'
import { visible } from '../kernel/visible'
import { subjects } from '../operations/subjects'
import { forProgram } from '../upkeep/subprocess'
import { resetStandardInput } from './arguments'
import { auditExportCommand } from './audit-export'
import { backupCommand } from './backup'
import { benchCommand } from './bench'
import { clientCommand } from './client'
import { completionCommand } from './completion/command'
import { demoCommand } from './demo'
import { exportCommand } from './export'
import { healthCommand } from './health'
import { helpCommand } from './help'
import { importCommand } from './import'
import { initCommand } from './init'
import type { Io } from './io'
import { red } from './layout'
import { showAtTerminal } from './message'
import { moveCommand } from './move'
import { openapiCommand } from './openapi'
import { subjectCommand } from './operation-command'
import { releaseCopyFilesCommand } from './release-copy-files'
import { releaseDownloadCommand } from './release-download'
import { restoreCommand } from './restore'
import { sbomCommand } from './sbom'
import { serveCommand } from './serve'
import { setupLinkCommand } from './setup-link'
import { suggestBetter } from './suggestions'
import { systemdCommand } from './systemd'
import { verifyResponseCommand } from './verify-response'
import { wrapped } from './wrap'

/** All commands; if the first word names a command, only that one's subject. */
export function buildProgram(io: Io, args: readonly string[] = []): Command {
  // "latchkey help license" builds the commands that "latchkey license --help" builds.
  const [firstWord] = args[0] === 'help' ? args.slice(1) : args
  const program = new Command('latchkey')
    .description('Sell, activate and verify licence keys: a licence server in one file.')
    .version(version)
    // Otherwise "release add --version 1.0.2" would print this program's version.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(suggestBetter(text, args).replace(/^error: /, nameOn(io))),
    })
    .configureHelp({
      minWidthToWrap: 12,
      subcommandTerm: (command) => new Help().subcommandTerm(command).replace(' [options]', ''),
      // Hides empty defaults.
      optionDescription: (option) => new Help().optionDescription(option).replace(/ \(default: (\[\]|\{\}|"")\)$/, ''),
    })
    .showHelpAfterError('(add --help for the ways to use it)')
  serveCommand(program, io)
  initCommand(program, io)
  demoCommand(program, io)
  importCommand(program, io)
  exportCommand(program, io)
  verifyResponseCommand(program, io)
  openapiCommand(program, io)
  clientCommand(program, io)
  healthCommand(program, io)
  benchCommand(program, io)
  completionCommand(program, io, () => buildProgram(io))
  systemdCommand(program, io)
  sbomCommand(program, io)
  backupCommand(program, io)
  restoreCommand(program, io)
  moveCommand(program, io)
  const asked = subjects.filter(({ name }) => name.split(' ', 1)[0] === firstWord)
  const isKnown = asked.length > 0 || program.commands.some((command) => command.name() === firstWord)
  for (const subject of isKnown ? asked : subjects) subjectCommand(program, io, subject)
  auditExportCommand(program, io)
  setupLinkCommand(program, io)
  releaseDownloadCommand(program, io)
  releaseCopyFilesCommand(program, io)
  helpCommand(program, io)
  inheritSettings(program)
  return program
}

/** Runs one command line. Returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function run(given: string[], asked: Io): Promise<number> {
  const isForProgram = given[0] === forProgram
  const args = isForProgram ? given.slice(1) : given
  const io = isForProgram ? forProgramOn(asked) : asked
  resetStandardInput()
  try {
    await buildProgram(io, args).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof OperatorError && isForProgram) io.err(`${JSON.stringify(errorJson(error))}\n`)
    else {
      const sentence =
        error instanceof OperatorError ? error.text.render(showAtTerminal(operationOf(args))) : remedyFor(error)
      if (sentence === undefined) throw error
      if (sentence) io.err(complaint(sentence, io))
    }
    return error instanceof OperatorError && error.kind === 'invalid_input' ? 2 : 1
  }
}

/** Another process of ours reads progress as JSON lines. */
const forProgramOn = (io: Io): Io =>
  Object.create(io, {
    tellProgress: { value: (progress: Progress) => io.err(`${JSON.stringify(progress)}\n`) },
  })

/** The operation of a command line, if it is one. */
const operationOf = (args: readonly string[]) =>
  subjects
    .flatMap(({ operations }) => operations)
    .filter(({ command }) => `${args.join(' ')} `.startsWith(`${command} `))
    .sort((a, b) => b.command.length - a.command.length)[0]

/** The error line with the program's name. It may quote foreign text, so control characters are escaped. */
function complaint(sentence: string, io: Io) {
  const lines = wrapped(`${name}${visible(sentence)}`, io.errScreen?.columns)
  return `${nameOn(io)}${lines.join('\n').slice(name.length)}\n`
}

const name = 'latchkey: '
const nameOn = ({ errScreen }: Io) => (errScreen?.isColored ? red(name) : name)

/** Subcommands do not inherit error and help output, so it is set on each. */
function inheritSettings(command: Command) {
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    inheritSettings(child)
  }
}
