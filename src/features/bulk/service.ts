import type { License } from '../../../db/schema/licensing'
import type { BulkResult, BulkRun } from '../../../db/schema/work'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import type { Db } from '../../database/database'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { acts, type BulkAction, type BulkInput } from './actions'
import {
  findNextPart,
  findRun,
  findUndoing,
  insertParts,
  insertRun,
  listDone,
  mapLicensesById,
  type Part,
  putResults,
  updateRun,
} from './store'
import { undoOfRun } from './undo'

export { pageRuns } from './store'

/** Few, so that other requests are served between two writes. */
const licensesPerWrite = 50

const undoing = 'undo'

/** The run of that id; throws an `OperatorError` if there is none. */
export async function requireRun(db: Queryable, id: number): Promise<BulkRun> {
  const run = await findRun(db, id)
  if (run) return run
  throw new OperatorError(message`there is no bulk change ${id}: see ${remedy('bulk list')}`, 'not_found')
}

/** Orders a change of these licences; the parts are done afterwards. */
export async function startRun(
  tx: Tx,
  { action, input, ids }: { action: BulkAction; input: BulkInput; ids: readonly number[] },
  now: Date,
): Promise<BulkRun> {
  const parts = Array.from({ length: Math.ceil(ids.length / licensesPerWrite) }, (_, part) => ({
    part,
    licenseIds: ids.slice(part * licensesPerWrite, (part + 1) * licensesPerWrite),
  }))
  const run = await insert(tx, { action, input, parts }, now)
  await record(tx, { verb: 'bulk.started', id: run.id, after: { action, ...input, licenses: ids.length } }, now)
  return run
}

/** Orders that what a run has changed becomes as it was. Throws an `OperatorError` if that is not possible. */
export async function startUndo(tx: Tx, id: number, now: Date): Promise<BulkRun> {
  const { action, changed, finishedAt } = await requireRun(tx, id)
  if (action === undoing || !acts[action as BulkAction].canUndo)
    throw new OperatorError(`bulk change ${id} cannot be undone: it is of the kind "${action}"`)
  if (!finishedAt)
    throw new OperatorError(message`bulk change ${id} is not finished: see ${remedy('bulk show', { id })}`)
  const undone = await findUndoing(tx, id)
  if (undone) throw new OperatorError(`bulk change ${id} was undone already, by bulk change ${undone.id}`)
  if (!changed) throw new OperatorError(`bulk change ${id} changed nothing`)
  const parts = (await listDone(tx, id))
    .map(({ part, results }) => ({ part, licenseIds: results.filter(isChanged).map((result) => result.id) }))
    .filter(({ licenseIds }) => licenseIds.length)
  const run = await insert(tx, { action: undoing, input: {}, parts, undoes: id }, now)
  await record(tx, { verb: 'bulk.undone', id, after: { bulk: run.id, licenses: run.total } }, now)
  return run
}

interface Draft {
  action: string
  input: BulkInput
  parts: readonly Part[]
  undoes?: number
}

async function insert(tx: Tx, { action, input, parts, undoes }: Draft, now: Date) {
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  const total = parts.reduce((sum, { licenseIds }) => sum + licenseIds.length, 0)
  const run = await insertRun(tx, {
    ...{ action, input: Object.fromEntries(given) as Record<string, string>, undoes, total },
    ...{ actor: tx.author.actor, createdAt: now, finishedAt: total ? null : now },
  })
  await insertParts(tx, run.id, parts)
  return run
}

/** Does the next part of a run in one write, in the name of who ordered it. Returns the run as it is then. */
export async function doNextPart(db: Db, { id, actor, undoes }: BulkRun, now: Date): Promise<BulkRun> {
  // All rows of the audit log that a run leaves have its name.
  return db.as({ actor, requestId: `bulk-${id}` }).write(async (tx) => {
    const run = await requireRun(tx, id)
    const next = await findNextPart(tx, id)
    if (!next) return run
    const found = await mapLicensesById(tx, next.licenseIds)
    const [undone] = undoes === null ? [] : await listDone(tx, undoes, next.part)
    const results: BulkResult[] = []
    for (const licenseId of next.licenseIds) {
      const former = undone?.results.find((each) => each.id === licenseId)
      results.push({ id: licenseId, ...(await resultOf(tx, found.get(licenseId), { run, former, now })) })
    }
    await putResults(tx, id, next.part, results)
    const refused = results.filter((result) => !isChanged(result)).length
    const done = run.done + results.length
    return updateRun(tx, id, {
      done,
      changed: run.changed + results.length - refused,
      refused: run.refused + refused,
      finishedAt: done === run.total ? now : null,
    })
  })
}

interface Change {
  run: BulkRun
  /** What another run did to the licence, if this one undoes it. */
  former: BulkResult | undefined
  now: Date
}

async function resultOf(
  tx: Tx,
  license: License | undefined,
  { run, former, now }: Change,
): Promise<Omit<BulkResult, 'id'>> {
  if (!license) return { refused: 'it was deleted' }
  try {
    if (former) {
      await undoOfRun(tx, license, former, now)
      return {}
    }
    return await acts[run.action as BulkAction].apply(tx, license, run.input, now)
  } catch (error) {
    if (error instanceof OperatorError) return { refused: error.message }
    throw error
  }
}

const isChanged = ({ refused }: BulkResult) => refused === undefined
