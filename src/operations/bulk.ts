import { type Static, Type } from '@sinclair/typebox'
import type { BulkRun } from '../../db/schema/work'
import type { Tx } from '../database/connection'
import { type BulkInput, bulkActions, requireInput } from '../features/bulk/actions'
import { planRun } from '../features/bulk/plan'
import { pageRuns, requireRun, startRun, startUndo } from '../features/bulk/service'
import { BulkRunView, BulkView, bulkPlanView, bulkRunView, bulkView } from '../features/bulk/view'
import { bulkWork, finishRun } from '../features/bulk/work'
import { findMatching } from '../features/support/license-page'
import { choice, integer, list as listOf, text, toggle } from '../intake/model'
import { enqueue } from '../jobs/service'
import { counted } from '../kernel/counted'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { LicenseFilters, licenseFilterOf } from './license-filters'
import { minute } from './lines'
import { listing } from './listing'
import { type OperationContext, operation, type Subject } from './operation'

const licensesMax = 100_000
const afterCommandMs = 60_000

const BulkOrder = Type.Object({
  action: choice(bulkActions, { description: 'What to do to each licence.' }),
  ids: Type.Optional(
    listOf({
      description: 'The ids of the licences, instead of a filter',
      examples: ['17', '17,18'],
      fault: (id) => (/^\d{1,15}$/.test(id) ? undefined : `"${id}" is not the id of a licence.`),
    }),
  ),
  ...LicenseFilters.properties,
  everything: Type.Optional(toggle({ description: 'All licences, where there is no filter.' })),
  expected: Type.Optional(
    integer({ description: 'How many licences you expect; refused if another number matches by now.' }),
  ),
  reason: Type.Optional(text({ maxLength: 1024, description: 'The reason of a block, for operators only.' })),
  by: Type.Optional(text({ maxLength: 10, description: 'The extension, in days or weeks: 30d or 4w.' })),
  note: Type.Optional(text({ maxLength: 4096, description: 'The note to add.' })),
  meta_key: Type.Optional(text({ maxLength: 255, description: 'The name of the metadata to set.' })),
  meta_value: Type.Optional(text({ description: 'The value of the metadata to set.' })),
  dry_run: Type.Optional(toggle({ description: 'Only say what would change, what is refused, and what is lost.' })),
})

type Order = Static<typeof BulkOrder>

const start = operation({
  command: 'bulk start',
  route: 'POST /licenses/bulk',
  bare: ['action'],
  role: 'operator',
  summary: 'do something to many licences, by their ids or by a filter; see "bulk show" for how far it is',
  input: BulkOrder,
  output: BulkView,
  async loses(order, context) {
    if (order.dry_run) return ''
    return (await plannedFor(order, context)).loses
  },
  async run(context, order) {
    const { now } = context
    const { action } = order
    if (order.dry_run) return plannedFor(order, context)
    const input = inputOf(order)
    const ids = await chosen(order, context)
    return completed(context, (tx) => startRun(tx, { action, input, ids }, now))
  },
  show: linesOf,
  help: 'Without ids, the filter is that of "license list".',
})

const undo = operation({
  command: 'bulk undo',
  route: 'POST /bulk/:id/undo',
  role: 'operator',
  summary: 'give licences back what a bulk change has changed; those that were changed since stay as they are',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id of the bulk change.' }) }),
  output: BulkView,
  run: (context, { id }) => completed(context, (tx) => startUndo(tx, id, context.now)),
  show: linesOf,
})

const show = operation({
  command: 'bulk show',
  route: 'GET /bulk/:id',
  role: 'viewer',
  summary: 'show a bulk change: how far it is, and the licences that stay as they were, with the reason',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id of the bulk change.' }) }),
  output: BulkView,
  run: async ({ db }, { id }) => bulkView(db.read, await requireRun(db.read, id)),
  show: linesOf,
})

const list = listing({
  command: 'bulk list',
  route: 'GET /bulk',
  summary: 'list changes of many licences, newest first',
  plural: 'bulk',
  row: BulkRunView,
  filters: Type.Object({}),
  sorts: ['-id'],
  async page({ db }, _, wanted) {
    const { rows, next } = await pageRuns(db.read, wanted)
    return { rows: rows.map(bulkRunView), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    ACTION: ({ action, undoes }) => (undoes === null ? action : `undo of ${undoes}`),
    STATE: ({ state, done, total }) => (state === 'done' ? state : `${done} of ${total}`),
    CHANGED: ({ changed }) => String(changed),
    REFUSED: ({ refused }) => String(refused),
    WHO: ({ actor }) => actor,
    'AT (UTC)': ({ created_at }) => minute(created_at),
  },
  none: 'No bulk change was ordered.',
})

export const bulk = {
  name: 'bulk',
  about: 'changes of many licences at once: block, extend, delete, and undo',
  operations: [start, list, show, undo],
} as const satisfies Subject

const inputOf = ({ reason, by, note, meta_key, meta_value }: Order): BulkInput => ({
  ...{ reason, by, note, meta_key, meta_value },
})

async function plannedFor(order: Order, context: OperationContext) {
  const { db, now } = context
  const { action } = order
  const input = inputOf(order)
  const ids = await chosen(order, context)
  return bulkPlanView(action, ids.length, await planRun(() => db.read, ids, { action, input, now }))
}

/** The licences that an order is about. */
async function chosen(order: Order, context: OperationContext): Promise<number[]> {
  const { db, now } = context
  requireInput(order.action, inputOf(order))
  const isFiltered = Object.keys(LicenseFilters.properties).some((name) => name in order)
  if ([order.ids !== undefined, isFiltered, Boolean(order.everything)].filter(Boolean).length !== 1)
    throw new OperatorError(
      message`say which licences: by ${fieldRef('ids')}, by a filter, or all with ${fieldRef('everything')}`,
      'invalid_input',
    )
  const ids = order.ids
    ? [...new Set(order.ids.map(Number))].sort((a, b) => a - b)
    : await findMatching(() => db.read, await licenseFilterOf(context, order), { now, limit: licensesMax })
  if (ids.length > licensesMax)
    throw new OperatorError(`${licensesMax} licences at most can be changed at a time`, 'invalid_input')
  const { expected } = order
  if (expected !== undefined && expected !== ids.length) {
    throw new OperatorError(
      message`${counted(ids.length, 'licence matches', 'licences match')} now, and you expected ${expected}: look again, nothing was changed`,
    )
  }
  return ids
}

/** Leaves the work to a server's jobs; a command does it itself, and leaves to a job what it may not finish. */
async function completed(
  { db, clock, now, isServer, onProgress }: OperationContext,
  order: (tx: Tx) => Promise<BulkRun>,
) {
  const runAt = isServer ? now : new Date(now.getTime() + afterCommandMs)
  const run = await db.write(async (tx) => {
    const ordered = await order(tx)
    await enqueue(tx, bulkWork, { bulk: ordered.id }, { now, runAt })
    return ordered
  })
  if (isServer) return bulkView(db.read, run)
  return bulkView(db.read, await finishRun({ db, clock }, run, (done, of) => onProgress?.(done, of)))
}

function linesOf({ id, action, state, total, done, changed, refused, refusals, loses }: Static<typeof BulkView>) {
  const what = `${action} of ${counted(total, 'licence')}`
  const head = {
    planned: `${what}: ${changed} would change, ${refused} would not.`,
    running: `Bulk change ${id}, ${what}: ${done} done.`,
    done: `Bulk change ${id}, ${what}: ${changed} changed, ${refused} refused.`,
  }[state]
  return [
    head,
    ...(loses ? [loses] : []),
    ...refusals.map((each) => `Refused: ${each.license_key ?? `licence ${each.id}`}: ${each.reason}.`),
  ]
}
