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
    .description('make a new data folder of a backup, once everything in it is verified')
    .argument('<file>', 'the backup')
    .option('--passphrase-file <path>', 'the passphrase its keys are under')
    .option('--sealing-key <path>', 'the sealing.key of the time of a backup that was taken without keys')
    .option('--broken-audit-log', 'restore it although its audit log was tampered with')
    .option('--dry-run', 'prove that it can be restored; make nothing')
    .option('--json', 'print what was restored as JSON')
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
      const { made_at, version, rows, signing_keys, releases_without_file } = manifest
      if (!isAuthenticated) io.err(warning)
      const told = {
        ...{ data_dir, dry_run: dryRun, is_authenticated: isAuthenticated, made_at, version, rows, signing_keys },
        releases_without_file,
      }
      const done = dryRun ? 'can be restored; nothing was made' : `is restored to ${data_dir}`
      report(io, options, told, [
        `The backup ${done}: taken on ${made_at} by Latchkey ${version}, ${counted(rows.licenses!, 'licence')},`,
        `${counted(signing_keys.length, 'signing key')} that ${signing_keys.length === 1 ? 'signs as it' : 'sign as they'} did.`,
        ...(dryRun
          ? []
          : [`Next: latchkey doctor --data-dir ${data_dir}`, `      latchkey serve --data-dir ${data_dir}`]),
      ])
    })
