import { type Static, Type } from '@sinclair/typebox'
import type { Webhook } from '../../db/schema/work'
import type { Queryable } from '../database/connection'
import { findLane } from '../jobs/service'
import { counter, nullable, nullableTimestamp, view, word } from '../kernel/view'
import { laneOf } from './outbox'

const healthStates = ['healthy', 'failing', 'unused', 'disabled', 'gone'] as const

/** How it goes with the messages of a webhook. */
export const WebhookHealthView = view('WebhookHealth', {
  id: Type.Integer(),
  name: Type.String(),
  state: word(
    healthStates,
    'failing: its last attempt failed; unused: nothing was ever sent; gone: its receiver answered 410, which disabled it.',
  ),
  last_success_at: nullableTimestamp('When its receiver last took a message.'),
  last_failure_at: nullableTimestamp('When it last failed to.'),
  failures_in_row: counter('Failed attempts since the last success.'),
  backlog: counter('How many messages wait, the one that is being sent included.'),
  oldest_waiting_at: nullableTimestamp('Since when the first of them has been waiting.'),
  next_attempt_at: nullableTimestamp('When it is tried next.'),
  last_error: nullable(Type.String({ description: 'Why its last attempt failed.' })),
})

export async function webhookHealth(db: Queryable, webhook: Webhook): Promise<Static<typeof WebhookHealthView>> {
  const { waiting, first } = await findLane(db, laneOf(webhook.id))
  return {
    id: webhook.id,
    name: webhook.name,
    state: stateOf(webhook),
    last_success_at: webhook.lastSuccessAt?.toISOString() ?? null,
    last_failure_at: webhook.lastFailureAt?.toISOString() ?? null,
    failures_in_row: webhook.failuresInRow,
    backlog: waiting,
    oldest_waiting_at: first?.createdAt.toISOString() ?? null,
    next_attempt_at: first?.runAt.toISOString() ?? null,
    last_error: first?.lastError ?? null,
  }
}

function stateOf({ active, goneAt, failuresInRow, lastSuccessAt }: Webhook): (typeof healthStates)[number] {
  if (!active) return goneAt ? 'gone' : 'disabled'
  if (failuresInRow) return 'failing'
  return lastSuccessAt ? 'healthy' : 'unused'
}
