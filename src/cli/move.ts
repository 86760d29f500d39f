import type { Command } from 'commander'
import { auditPurpose } from '../audit/link'
import { atShell } from '../kernel/author'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { type Moved, moveInstallation } from '../upkeep/move/move'
import { hasPassword, type NewPlace, parseNewPlace } from '../upkeep/move/new-place'
import { readText } from './arguments'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'
import { phaseBar } from './progress'
import { orStandardInput } from './secret-option'

const addressOrFolder = 'an empty PostgreSQL database (postgres://user@host/database), or a new folder for SQLite'

/** `latchkey move` */
export const moveCommand = (program: Command, io: Io) =>
  withSettings(program.command('move'), ['data_dir'])
    .description('move all data from SQLite to PostgreSQL, or back to a new folder, while no server runs')
    .option('--to <place>', `${addressOrFolder}; without a password`)
    .option('--to-file <path>', orStandardInput('the address with its password'))
    .option('--json', 'print the result as JSON')
    .action(async (options) => {
      const destination = destinationOf(options)
      await inInstallation(options, io, async (installation) => {
        const bar = phaseBar(io)
        try {
          const moved = await moveInstallation(installation, destination, {
            holder: { author: { actor: atShell(io.login) }, auditKey: installation.sealer.derive(auditPurpose) },
            now: installation.clock(),
            tellProgress(progress) {
              bar.show(progress)
              io.tellProgress?.(progress)
            },
          })
          bar.end()
          report(io, options, moved, linesOf(moved, destination))
        } finally {
          bar.end()
        }
      })
    })

function destinationOf({ to, toFile }: { to?: string; toFile?: string }): NewPlace {
  if ((to === undefined) === (toFile === undefined)) {
    throw new OperatorError('name the place with either --to or --to-file', 'invalid_input')
  }
  const destination = parseNewPlace(to ?? readText(toFile!).trim())
  if (to === undefined || !hasPassword(destination)) return destination
  throw new OperatorError(
    '--to takes no password, which other users of this machine could read: write the address to a file and name that with --to-file FILE, or - for standard input',
    'invalid_input',
  )
}

function linesOf({ from, to, rows, findings }: Moved, { engine }: NewPlace) {
  return [
    `${from} was moved to ${to}: ${counted(rows.licenses!, 'licence')},`,
    'and every table has the rows it had. The old place is kept and not used any more.',
    ...findings.map((finding) => `As before, the doctor finds: ${finding}`),
    engine === 'postgres'
      ? 'Next: set LATCHKEY_DATABASE_URL to that database, with the same data folder, and start the server.'
      : `Next: latchkey serve --data-dir ${to}, without LATCHKEY_DATABASE_URL`,
  ]
}
