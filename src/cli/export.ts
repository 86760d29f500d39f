import { Argument, type Command, Option } from 'commander'
import { OperatorError } from '../kernel/operator-error'
import { spooled } from '../transfer/export/spool'
import { csvForm, delimiterNames, requireCsv } from '../transfer/export/spreadsheet'
import { exportedTables } from '../transfer/tables/table'
import { readText } from './arguments'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'

/** `latchkey export` */
export const exportCommand = (program: Command, io: Io) =>
  withSettings(program.command('export'), ['data_dir'])
    .description('export everything, or one table, as of this moment, in a form that "import" reads')
    .addArgument(new Argument('[table]', 'only this table').choices(exportedTables))
    .option(
      '--to <path>',
      'a new folder, or a new file that ends in .jsonl; one table goes to standard output by default',
    )
    .addOption(
      new Option('--format <form>', 'the format; csv for spreadsheets').choices(['jsonl', 'csv']).default('jsonl'),
    )
    .addOption(new Option('--delimiter <name>', 'the delimiter of CSV (default: comma)').choices(delimiterNames))
    .option('--bom', 'start CSV with a byte order mark, so that Excel reads it as UTF-8')
    .option('--with-keys', 'include the signing keys, encrypted with a passphrase')
    .option('--passphrase-file <file>', 'a file with that passphrase')
    .option('--json', 'print the counts as JSON')
    .action(async (table, options) => {
      const { to, format, delimiter, bom, withKeys, passphraseFile } = options
      requireCsv(format, { delimiter, bom })
      if (withKeys !== (passphraseFile !== undefined || undefined)) {
        throw new OperatorError('--with-keys and --passphrase-file go together', 'invalid_input')
      }
      if (format === 'csv' && (!table || to)) {
        throw new OperatorError(
          'CSV is of one table, on standard output: latchkey export licenses --format csv > FILE',
          'invalid_input',
        )
      }
      if (!table && !to) throw new OperatorError('say where to: --to FOLDER, or --to FILE.jsonl', 'invalid_input')
      const passphrase = passphraseFile && readText(passphraseFile).replace(/\r?\n$/, '')
      if (passphrase === '')
        throw new OperatorError(`${passphraseFile} is empty: a passphrase has at least one character`)
      const { exportedText, exportToFile, exportToFolder, jsonForm, lockWith } = await import(
        '../transfer/export/export'
      )
      return inInstallation(options, io, async ({ database, folder, sealer }) => {
        const wanted = {
          database,
          only: table,
          exportOptions: withKeys ? { lockKey: lockWith(sealer, passphrase) } : {},
        }
        if (!to) {
          const form = format === 'csv' ? csvForm({ delimiter, bom }) : jsonForm({ named: false })
          return writeOut(spooled(exportedText(wanted, form), folder), io)
        }
        const written = await (to.endsWith('.jsonl') ? exportToFile : exportToFolder)(wanted, to)
        report(io, options, { to, tables: written }, [
          `Wrote ${to}:`,
          ...Object.entries(written).map(([name, count]) => `  ${name}  ${count}`),
          withKeys
            ? 'The signing keys are in it, under your passphrase.'
            : 'The signing keys are not in it, nor the files of releases: "latchkey backup" keeps those.',
        ])
      })
    })

/** Writes only as fast as `out` is read: a slow reader costs neither memory nor a snapshot of the database. */
async function writeOut(pieces: AsyncIterable<Uint8Array>, io: Io) {
  // A piece may end within a character.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const piece of pieces) {
    io.out(decoder.decode(piece, { stream: true }))
    await io.taken?.()
  }
}
