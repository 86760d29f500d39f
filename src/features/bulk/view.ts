import { type Static, Type } from '@sinclair/typebox'
import type { BulkRun } from '../../../db/schema/work'
import type { Queryable } from '../../database/connection'
import { counter, nullable, nullableTimestamp, timestamp, view, word } from '../../kernel/view'
import { acts, type BulkAction, bulkActions } from './actions'
import type { BulkPlan } from './plan'
import { findUndoing, listRefusals, mapLicensesById } from './store'

const words = [...bulkActions, 'undo'] as const
const refusalsMax = 1000

/** A change of many licences, in a list. */
export const BulkRunView = view('BulkRun', {
  id: Type.Integer(),
  action: word(words),
  state: word(['running', 'done']),
  total: counter('How many licences it is about.'),
  done: counter(),
  changed: counter(),
  refused: counter(),
  undoes: nullable(Type.Integer({ description: 'The bulk change that this one undoes.' })),
  actor: Type.String({ description: 'Who ordered it.' }),
  created_at: timestamp(),
  finished_at: nullableTimestamp(),
})

/** What a change of many licences does, or would do. */
export const BulkView = view('Bulk', {
  ...BulkRunView.properties,
  id: nullable(Type.Integer({ description: 'Null for a dry run.' })),
  state: word(['planned', 'running', 'done'], 'A dry run is planned.'),
  actor: nullable(Type.String()),
  created_at: nullableTimestamp(),
  undone_by: nullable(Type.Integer({ description: 'The bulk change that undid this one.' })),
  can_undo: Type.Boolean(),
  loses: Type.String({ description: 'What it would take from people, in a dry run; empty if nothing.' }),
  refusals: Type.Array(
    Type.Object({ id: Type.Integer(), license_key: nullable(Type.String()), reason: Type.String() }),
    { description: 'The first thousand licences that stay as they were, and why.' },
  ),
})

export const bulkRunView = (run: BulkRun): Static<typeof BulkRunView> => ({
  id: run.id,
  action: run.action as (typeof words)[number],
  state: run.finishedAt ? 'done' : 'running',
  total: run.total,
  done: run.done,
  changed: run.changed,
  refused: run.refused,
  undoes: run.undoes,
  actor: run.actor,
  created_at: run.createdAt.toISOString(),
  finished_at: run.finishedAt?.toISOString() ?? null,
})

/** A run with its refusals. */
export async function bulkView(db: Queryable, run: BulkRun): Promise<Static<typeof BulkView>> {
  const refused = await listRefusals(db, run.id, refusalsMax)
  const licenses = await mapLicensesById(
    db,
    refused.map(({ id }) => id),
  )
  const undoneBy = (await findUndoing(db, run.id))?.id ?? null
  const isUndoable = run.action !== 'undo' && acts[run.action as BulkAction].canUndo
  return {
    ...bulkRunView(run),
    undone_by: undoneBy,
    can_undo: isUndoable && run.finishedAt !== null && run.changed > 0 && undoneBy === null,
    loses: '',
    refusals: refused.map(({ id, reason }) => ({ id, license_key: licenses.get(id)?.licenseKey ?? null, reason })),
  }
}

/** What a change would do. */
export const bulkPlanView = (action: BulkAction, total: number, plan: BulkPlan): Static<typeof BulkView> => ({
  ...{ id: null, action, state: 'planned', total, done: 0, changed: plan.changed, refused: plan.refused.length },
  ...{ undoes: null, actor: null, created_at: null, finished_at: null, undone_by: null },
  can_undo: acts[action].canUndo,
  loses: plan.loses,
  refusals: plan.refused.slice(0, refusalsMax),
})
