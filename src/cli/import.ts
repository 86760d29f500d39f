import { statSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { hasDataFolder } from '../database/data-folder'
import type { Db } from '../database/database'
import type { Installation } from '../installation'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { openMeter } from '../kernel/progress'
import { type Line, listed, table as tableOf } from '../operations/lines'
import { quoteStyles } from '../transfer/formats/csv-dialect'
import { encodingNamed } from '../transfer/formats/encodings'
import type { Result } from '../transfer/import/counts'
import { dryRun } from '../transfer/import/dry-run'
import { pairOf } from '../transfer/import/pair'
import type { RefusalReason } from '../transfer/import/reasons'
import type { Source } from '../transfer/import/source'
import { tableNames } from '../transfer/tables/table'
import { readText } from './arguments'
import { folderOf, inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'
import { laidOut } from './layout'
import { progressBar } from './progress'

type Pairs = Record<string, string>

/** `latchkey import` */
export const importCommand = (program: Command, io: Io) =>
  withSettings(program.command('import'), ['data_dir'])
    .description('import CSV or JSON lines: one file, or a folder with a file for each table')
    .argument('<path>', 'the file or folder')
    .option('--dry-run', 'only report what would be created and what is wrong, line by line')
    .option('--yes', 'do not ask for confirmation')
    .option('--table <table>', 'what the file contains, if its name does not tell (default: licenses)')
    .option('--product <product>', 'the product of lines without one: its id, uuid, slug or name')
    .option('--create-products', 'create products that do not exist')
    .option('--map <theirs=ours>', 'the field a column holds; "theirs=" skips it; repeatable', gatherPair, {})
    .option('--default <ours=value>', 'the value of a field that a line leaves out; repeatable', gatherPair, {})
    .option('--value <column:theirs=ours>', 'what a value in a column means; repeatable', gatherTexts, [])
    .option('--date-format <format>', 'the format of dates, such as dd/MM/yyyy; repeatable', gatherTexts, [])
    .option('--mapping <file>', 'a JSON file with the columns and defaults of each table')
    .option('--encoding <name>', 'the encoding: utf-8, windows-1252, latin1, utf-16le …', 'utf-8')
    .addOption(
      new Option('--quotes <how>', 'how quotes in a quoted cell are escaped: doubled, or with a backslash')
        .choices(quoteStyles)
        .default('doubled'),
    )
    .option('--keep-seats', 'accept licences with more seats taken than their limit')
    .option('--passphrase-file <file>', 'a file with the passphrase of the signing keys in an export')
    .option('--refused <path>', 'where to write refused lines, with reasons (default: beside the input)')
    .option('--json', 'print the counts as JSON')
    .addHelpText(
      'after',
      `
${listed('Tables', tableNames)}`,
    )
    .action(async (path: string, options) => {
      if (!options.dryRun && !options.yes && !io.confirm) {
        throw new OperatorError('say --dry-run to see what it would do, and --yes to do it', 'invalid_input')
      }
      const { openSources, requireReadable } = await import('../transfer/import/source')
      const { sources, passedOver } = openSources(path, await mappingOptionsOf(options), {
        encoding: encodingNamed(options.encoding),
        quotes: options.quotes,
      })
      const makesFolder = !options.dryRun && (options.yes || (await isNewFolderWanted(folderOf(options, io), io)))
      if (makesFolder && !hasDataFolder(folderOf(options, io))) await requireReadable(sources)
      const work = (installation: Installation) => carryOut({ installation, io, path, options, sources, passedOver })
      await inInstallation(options, io, work, { makesFolder })
    })

/** Offers, at a terminal, to create the missing data folder. */
async function isNewFolderWanted(folder: string, io: Io) {
  if (hasDataFolder(folder)) return false
  if (await io.confirm!(`There is no data folder at ${folder}. Make a new one?`)) return true
  throw new OperatorError('nothing was changed')
}

const gatherTexts = (text: string, before: string[]) => [...before, text]

function gatherPair(text: string, before: Pairs): Pairs {
  const pair = pairOf(text)
  if (!pair) throw new InvalidArgumentError('It takes two names: theirs=ours.')
  return { ...before, [pair[0]]: pair[1] }
}

// biome-ignore lint/suspicious/noExplicitAny: as commander hands them over
type Options = any

async function mappingOptionsOf({ mapping, map, product, table, ...options }: Options) {
  const { parseMapping } = await import('../transfer/import/mapping')
  return {
    mapping: mapping === undefined ? {} : parseMapping(readText(mapping)),
    columns: map as Pairs,
    defaults: { ...(product && { product }), ...options.default } as Pairs,
    table,
  }
}

interface ImportRun {
  installation: Installation
  io: Io
  path: string
  options: Options
  sources: Source[]
  passedOver: string[]
}

async function carryOut(run: ImportRun) {
  const { installation, io, options } = run
  io.giveWay?.()
  if (options.dryRun) return tell(run, await dryRunOf(run), 'Nothing was changed. An import would do this:')
  if (!options.yes) {
    const foreseen = await dryRunOf(run)
    io.err(laidOut(linesOf(foreseen.result, 'Nothing was changed yet. The import will do this:'), {}))
    if (!foreseen.result.made) return endUnasked(foreseen.result)
    if (!(await io.confirm!('Import?'))) throw new OperatorError('nothing was changed')
  }
  const { usualRefusedPath } = await import('../transfer/import/refused')
  await tell(run, await work(run, installation.db, options.refused ?? usualRefusedPath(run.path)), 'Imported:')
}

/** Skips the confirmation if nothing would be created. */
function endUnasked({ refused }: Result) {
  if (refused) throw new OperatorError(`${refusedLines(refused)}, and nothing would be made: nothing was changed`)
}

const dryRunOf = (run: ImportRun) => dryRun(run.installation, (db) => work(run, db, run.options.refused))

interface Report {
  result: Result
  refusedTo: string[]
}

async function work(
  { installation, io, path, options, sources, passedOver }: ImportRun,
  db: Db,
  refusedPath?: string,
): Promise<Report> {
  const [{ importLines }, { openRefused }] = await Promise.all([
    import('../transfer/import/import'),
    import('../transfer/import/refused'),
  ])
  const refused = refusedPath === undefined ? undefined : openRefused(refusedPath, statSync(path).isDirectory())
  const bytes = sources.reduce((sum, { bytes }) => sum + bytes, 0)
  const bar = progressBar(io, bytes)
  const meter = openMeter(io.tellProgress)
  meter.begin('importing', bytes)
  try {
    const result = await importLines({ ...installation, db }, sources, {
      importOptions: {
        createsProducts: options.createProducts ?? false,
        keepsSeats: options.keepSeats ?? false,
        dateFormats: options.dateFormat,
        values: options.value,
        passphrase: options.passphraseFile && readText(options.passphraseFile).replace(/\r?\n$/, ''),
      },
      onRead(bytes) {
        bar.add(bytes)
        meter.add(bytes)
      },
      onRefused: (source, lines) => refused?.write(source, lines),
    })
    result.notes.push(...passedOver)
    return { result, refusedTo: refused?.close() ?? [] }
  } finally {
    bar.end()
  }
}

function tell({ io, options }: ImportRun, { result, refusedTo }: Report, heading: string) {
  const { lines, made, already_there, refused, tables, reasons, refusals, notes } = result
  const value = { lines, made, already_there, refused, tables, reasons, refusals, notes, refused_to: refusedTo }
  report(io, options, value, linesOf(result, heading))
  if (!refused) return
  const where = refusedTo.length
    ? `: correct ${refused === 1 ? 'it' : 'them'} in ${refusedTo.join(', ')} and import that file`
    : ''
  throw new OperatorError(`${refusedLines(refused)}${where}`)
}

const refusedLines = (refused: number) => `${counted(refused, 'line')} ${refused === 1 ? 'is' : 'are'} refused`

const reasonsShown = 20

function linesOf({ tables, reasons, notes }: Result, heading: string): Line[] {
  const rows = Object.entries(tables).map(([name, counts]) => [
    name,
    String(counts.lines),
    String(counts.made),
    String(counts.already_there),
    String(counts.refused),
  ])
  return [
    heading,
    ...tableOf(['TABLE', 'LINES', 'MADE', 'ALREADY THERE', 'REFUSED'], rows, 'There are no lines.'),
    ...notes,
    ...reasons.slice(0, reasonsShown).map(reasonLine),
    ...(reasons.length > reasonsShown ? [`… and ${counted(reasons.length - reasonsShown, 'more reason')}`] : []),
  ]
}

/** A reason with its lines: one by place, many by their number and the first three. */
function reasonLine({ reason, lines, column, values = {}, first }: RefusalReason): string {
  const [place] = first
  if (lines === 1) return `${place!.file}, line ${place!.line}: ${reason}`
  const places = first.map(({ file, line }, i) => (i && file === first[i - 1]!.file ? line : `${file}, line ${line}`))
  const others = Object.entries(values).map(([value, count]) => `"${value}" (${count})`)
  const said = others.length > 1 ? ` [${column}: ${others.join(', ')}]` : ''
  return `${counted(lines, 'line')}, first ${places.join(', ')}: ${reason}${said}`
}
