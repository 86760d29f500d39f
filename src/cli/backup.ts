import type { Command } from 'commander'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { takeBackup } from '../upkeep/backup/take'
import { readText } from './arguments'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'

/** `latchkey backup` */
export const backupCommand = (program: Command, io: Io) =>
  withSettings(program.command('backup'), ['data_dir'])
    .description('back up database, files and keys to one file, beside a running server, and verify it')
    .argument('<file>', 'the new file')
    .option('--passphrase-file <path>', 'the passphrase that encrypts the sealing key')
    .option('--without-keys', 'leave out the sealing key; a restore then needs the current sealing.key')
    .option('--json', 'print the result as JSON')
    .action(async (file, options) => {
      const passphrase = passphraseOf(options)
      await inInstallation(options, io, async (installation) => {
        const { path, bytes, manifest } = await takeBackup(installation, file, {
          passphrase,
          now: installation.clock(),
          giveWay: io.giveWay,
          tellProgress: io.tellProgress,
        })
        const { made_at, rows, signing_keys, releases_without_file: lacking, files_at } = manifest
        report(io, options, { path, bytes, made_at, rows, signing_keys, releases_without_file: lacking, files_at }, [
          `${path} holds everything as it was on ${made_at}: it was unpacked again, its database is sound,`,
          `and ${signing_keys.length === 1 ? 'its signing key signs' : `each of its ${signing_keys.length} signing keys signs`}. ${counted(rows.licenses!, 'licence')}, ${counted(bytes, 'byte')}.`,
          ...(files_at === undefined ? [] : [`The files of releases are not in it: they are in ${files_at}.`]),
          ...(passphrase === undefined
            ? [
                'Its keys are left out: keep sealing.key elsewhere, a restore needs it.',
                'Nothing authenticates it: anybody who can write to the file can alter it. A passphrase would prevent that.',
              ]
            : []),
          ...lacking.map((id) => `The file of release ${id} is lost, and not in it: see "latchkey doctor".`),
        ])
      })
    })

function passphraseOf({ passphraseFile, withoutKeys }: { passphraseFile?: string; withoutKeys?: true }) {
  if (passphraseFile !== undefined && withoutKeys) {
    throw new OperatorError('either --passphrase-file or --without-keys, not both', 'invalid_input')
  }
  if (passphraseFile !== undefined) return readPassphrase(passphraseFile)
  if (withoutKeys) return undefined
  throw new OperatorError(
    'say how its keys are kept: --passphrase-file FILE puts them under a passphrase, --without-keys leaves them out',
    'invalid_input',
  )
}

/** The passphrase in a file, without the line end. */
export function readPassphrase(path: string) {
  const passphrase = readText(path).replace(/\r?\n$/, '')
  if (passphrase) return passphrase
  throw new OperatorError(`${path} is empty: write a passphrase into it`, 'invalid_input')
}
