import type { Product } from '../../../db/schema/catalog'
import { record } from '../../audit/record'
import { makeRoom } from '../../database/bulk'
import type { Tx } from '../../database/connection'
import type { Db } from '../../database/database'
import type { Deps } from '../../deps'
import { counted } from '../../kernel/counted'
import { OperatorError } from '../../kernel/operator-error'
import { parseDateFormat } from '../tables/dates'
import { type ImportContext, type ImportOptions, openIdMap } from '../tables/import-context'
import { problemOf, refusedFor } from '../tables/problems'
import type { LineFields, TableName, Verdict } from '../tables/table'
import { tables } from '../tables/tables'
import { validateLine } from '../tables/validate-line'
import { count, nothing, type OnRefused, type Result } from './counts'
import { requireMappedColumns } from './mapped-columns'
import type { Source, SourceLine } from './source'
import { openValueRules, type ValueRules } from './values'

/**
 * The lines per commit: few while requests wait for this process, to be answered in between; some if a server beside it
 * has writes of its own.
 */
const linesPerWrite = ({ isServer, isServed }: ImportDeps) => (isServer ? 50 : isServed?.() ? 1000 : 10_000)

interface ImportDeps extends Pick<Deps, 'db' | 'sealer' | 'clock' | 'isServer'> {
  /** Whether a server works on the folder now, beside this process. */
  isServed?(): boolean
}

interface ImportCallbacks {
  importOptions: ImportOptions
  onRead?: ((bytes: number) => void) | undefined
  onRefused: OnRefused
}

/**
 * Imports every line of these files, many per write. Committed lines stay, whatever happens later. Existing lines are
 * skipped. No events are announced.
 */
export async function importLines(workshop: ImportDeps, sources: Source[], watching: ImportCallbacks): Promise<Result> {
  await requireMappedColumns(sources)
  const result: Result = { ...nothing(), tables: {}, reasons: [], refusals: [], notes: [] }
  const context = importContextOf(workshop, sources, { result, importOptions: watching.importOptions })
  const values = openValueRules(
    watching.importOptions.values ?? [],
    sources.map(({ reading }) => reading),
  )
  if (!workshop.isServer) await workshop.db.write(makeRoom)
  let most = linesPerWrite(workshop)
  for (const source of sources) {
    let batch: SourceLine[] = []
    const flush = async () => {
      const verdicts = await writeBatch(workshop.db, batch, { ...context, now: workshop.clock(), source, values })
      count(result, source, { batch, verdicts, onRefused: watching.onRefused })
      batch = []
      most = linesPerWrite(workshop)
    }
    try {
      for await (const line of source.lines(watching.onRead ?? (() => {}))) {
        batch.push(line)
        if (batch.length === most) await flush()
      }
    } catch (error) {
      throw error instanceof OperatorError
        ? new OperatorError(`${error.message}. ${standing(result, most)}`, error.kind)
        : error
    }
    if (batch.length) await flush()
    result.notes.push(...source.notes)
  }
  result.notes.push(...[...context.remarks].map(([remark, licenses]) => `${remark}: ${counted(licenses, 'licence')}.`))
  result.notes.push(...values.unused().map((rule) => `No line has the value of --value "${rule}".`))
  return result
}

const standing = ({ lines }: Result, most: number) =>
  lines
    ? `${counted(lines, 'line before it was', 'lines before it were')} read, ${most} in one write: correct it and import again; what is there is skipped`
    : 'Nothing was imported'

function importContextOf(
  { sealer, clock }: ImportDeps,
  sources: Source[],
  { result, importOptions }: { result: Result; importOptions: ImportOptions },
): ImportContext {
  const names = new Set(sources.map(({ table }) => table.name))
  const refersToLicenses = names.has('activations') || names.has('license_meta')
  const referredTo: TableName[] = [
    'products',
    'generators',
    'contracts',
    ...(refersToLicenses ? ['licenses' as const] : []),
  ]
  return {
    now: clock(),
    sealer,
    importOptions,
    dateFormats: (importOptions.dateFormats ?? []).map(parseDateFormat),
    carried: new Set<TableName>(),
    idMap: openIdMap(new Set(referredTo)),
    products: new Map<string, Product>(),
    notes: result.notes,
    remarks: new Map<string, number>(),
  }
}

interface Batch extends ImportContext {
  source: Source
  values: ValueRules
}

async function writeBatch(db: Db, batch: SourceLine[], context: Batch): Promise<Verdict[]> {
  const { source, values, dateFormats } = context
  const verdicts: Verdict[] = []
  const groups = new Map<TableName, { at: number; fields: LineFields }[]>()
  for (const [at, { table, fields: given, refused: reason }] of batch.entries()) {
    const said = given && validateLine(table, values.apply(given, table, source.reading), dateFormats)
    const fields = said?.fields
    if (!fields) verdicts[at] = said ?? refusedFor([problemOf(reason!)])
    else if (groups.has(table.name)) groups.get(table.name)!.push({ at, fields })
    else groups.set(table.name, [{ at, fields }])
    context.carried.add(table.name)
  }
  await db.write(async (tx) => {
    for (const [name, group] of groups) {
      const lines = group.map(({ fields }) => fields)
      const made = await tables[name].put(tx, lines, context)
      for (const [i, { at }] of group.entries()) verdicts[at] = made[i]!
      await recordMade(tx, name, made, context.now)
    }
  })
  return verdicts
}

/** Writes one audit entry for each run of consecutive ids. */
async function recordMade(tx: Tx, name: TableName, verdicts: Verdict[], now: Date) {
  const added = verdicts.flatMap((verdict) =>
    typeof verdict === 'object' && 'added' in verdict ? verdict.added.ids : [],
  )
  await recordRuns(tx, 'activation.imported', added, now)
  const verb = `${tables[name].subject}.imported` as const
  const made = verdicts.flatMap((verdict) => (typeof verdict === 'object' && 'made' in verdict ? [verdict.made] : []))
  for (const id of made.filter((id) => typeof id === 'string')) await record(tx, { verb, id }, now)
  await recordRuns(
    tx,
    verb,
    made.filter((id) => typeof id === 'number'),
    now,
  )
}

async function recordRuns(tx: Tx, verb: `${string}.imported`, ids: number[], now: Date) {
  const numbers = [...new Set(ids)].sort((a, b) => a - b)
  for (let start = 0, end = 0; start < numbers.length; start = end) {
    for (end = start + 1; numbers[end] === numbers[end - 1]! + 1; end++);
    const batch = { from: numbers[start]!, to: numbers[end - 1]! }
    await record(tx, { verb, id: batch.from, ...(batch.to > batch.from && { batch }) }, now)
  }
}
