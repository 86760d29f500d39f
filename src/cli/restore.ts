import type { Command } from 'commander'
import { systemClock } from '../kernel/clock'
import { counted } from '../kernel/counted'
import { restoreBackup } from '../upkeep/backup/restore'
import { readText } from './arguments'
import { readPassphrase } from './backup'
import { configOf, withSettings } from './installation-command'
import { type Io, report } from './io'

const warning =
  'Warning: this backup is not authenticated, since it was taken without a passphrase or by an older Latchkey: anybody who could write to it may have altered it. Compare "latchkey audit verify" and what you know of it.\n'

/** `latchkey restore` */
export const restoreCommand = (program: Command, io: Io) =>
  withSettings(program.command('restore'), ['data_dir'])
    .description('create a new data folder from a backup, after verifying everything in it')
    .argument('<file>', 'the backup')
    .option('--passphrase-file <path>', 'the passphrase of the backup')
    .option('--sealing-key <path>', 'the matching sealing.key, for a backup taken without keys')
    .option('--broken-audit-log', 'restore even if the audit log was tampered with')
    .option('--dry-run', 'verify that it can be restored; create nothing')
    .option('--json', 'print the result as JSON')
    .action(async (file, options) => {
      const { data_dir } = configOf({ dataDir: options.dataDir }, io)
      const { passphraseFile, sealingKey, brokenAuditLog, dryRun = false } = options
      const { manifest, isAuthenticated } = await restoreBackup(file, data_dir, {
        passphrase: passphraseFile && readPassphrase(passphraseFile),
        sealingKey: sealingKey && readText(sealingKey),
        isTrial: dryRun,
        takesBrokenLog: brokenAuditLog,
        now: systemClock(),
      })
      const { made_at, version, rows, signing_keys, releases_without_file, files_at } = manifest
      if (!isAuthenticated) io.err(warning)
      const told = {
        ...{ data_dir, dry_run: dryRun, is_authenticated: isAuthenticated, made_at, version, rows, signing_keys },
        releases_without_file,
        files_at,
      }
      const done = dryRun ? 'can be restored; nothing was made' : `is restored to ${data_dir}`
      report(io, options, told, [
        `The backup ${done}: taken on ${made_at} by Latchkey ${version}, ${counted(rows.licenses!, 'licence')},`,
        `${counted(signing_keys.length, 'signing key')} that ${signing_keys.length === 1 ? 'signs as it' : 'sign as they'} did.`,
        ...(files_at === undefined
          ? []
          : [`The files of releases are not in it: they are in ${files_at}, start the server with that files_url.`]),
        ...(dryRun
          ? []
          : [`Next: latchkey doctor --data-dir ${data_dir}`, `      latchkey serve --data-dir ${data_dir}`]),
      ])
    })
