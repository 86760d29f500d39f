import { and, asc, eq, lte, sql } from 'drizzle-orm'
import { idempotencyKeys, unansweredOrders } from '../../db/schema/work'
import type { Queryable, Tx } from '../database/connection'
import { prepared } from '../database/database'
import type { StoredOutcome } from '../kernel/outcome'

/** Identifies a repeated request: API key, endpoint and content. */
export interface Request {
  apiKeyId: number
  endpoint: string
  requestHash: string
}

const answerQuery = prepared((tx) =>
  tx
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.apiKeyId, sql.placeholder('apiKeyId')),
        eq(idempotencyKeys.endpoint, sql.placeholder('endpoint')),
        eq(idempotencyKeys.key, sql.placeholder('key')),
      ),
    )
    .prepare(),
)

/** The answer stored for an idempotency key, if it was used since `after`. */
export async function findAnswer(tx: Queryable, { apiKeyId, endpoint }: Request, key: string, after: Date) {
  const [row] = await answerQuery(tx).execute({ apiKeyId, endpoint, key })
  return row && row.createdAt > after
    ? { requestHash: row.requestHash, answer: row.answer as StoredOutcome }
    : undefined
}

const outdated = prepared((tx: Tx) =>
  tx
    .delete(idempotencyKeys)
    .where(lte(idempotencyKeys.createdAt, sql.placeholder('after')))
    .prepare(),
)

const answerInsertion = prepared((tx: Tx) =>
  tx
    .insert(idempotencyKeys)
    .values({
      apiKeyId: sql.placeholder('apiKeyId'),
      endpoint: sql.placeholder('endpoint'),
      requestHash: sql.placeholder('requestHash'),
      key: sql.placeholder('key'),
      answer: sql.placeholder('answer'),
      createdAt: sql.placeholder('createdAt'),
    })
    .prepare(),
)

/** Stores an answer and deletes those up to `after`. */
export async function insertAnswer(
  tx: Tx,
  request: Request,
  { key, answer, now, after }: { key: string; answer: StoredOutcome; now: Date; after: Date },
) {
  await outdated(tx).execute({ after: after.getTime() })
  await answerInsertion(tx).execute({ ...request, key, answer, createdAt: now })
}

const unansweredQuery = prepared((db) =>
  db
    .select()
    .from(unansweredOrders)
    .where(
      and(
        eq(unansweredOrders.apiKeyId, sql.placeholder('apiKeyId')),
        eq(unansweredOrders.endpoint, sql.placeholder('endpoint')),
        eq(unansweredOrders.requestHash, sql.placeholder('requestHash')),
      ),
    )
    .orderBy(asc(unansweredOrders.id))
    .prepare(),
)

/** Equal orders whose answers may not have been delivered, oldest first. */
export async function listUnanswered(tx: Queryable, { apiKeyId, endpoint, requestHash }: Request) {
  const rows = await unansweredQuery(tx).execute({ apiKeyId, endpoint, requestHash })
  return rows.map(({ id, createdAt, answer }) => ({ id, createdAt, answer: answer as StoredOutcome }))
}

const lapsed = prepared((tx: Tx) =>
  tx
    .delete(unansweredOrders)
    .where(lte(unansweredOrders.createdAt, sql.placeholder('after')))
    .prepare(),
)

const insertion = prepared((tx: Tx) =>
  tx
    .insert(unansweredOrders)
    .values({
      apiKeyId: sql.placeholder('apiKeyId'),
      endpoint: sql.placeholder('endpoint'),
      requestHash: sql.placeholder('requestHash'),
      answer: sql.placeholder('answer'),
      createdAt: sql.placeholder('createdAt'),
    })
    .returning({ id: unansweredOrders.id })
    .prepare(),
)

/** Stores an order and deletes those up to `after`. */
export async function insertUnanswered(
  tx: Tx,
  request: Request,
  { answer, now, after }: { answer: StoredOutcome; now: Date; after: Date },
) {
  await lapsed(tx).execute({ after: after.getTime() })
  const [row] = await insertion(tx).execute({ ...request, answer, createdAt: now })
  return row!.id
}

const deletion = prepared((tx: Tx) =>
  tx
    .delete(unansweredOrders)
    .where(eq(unansweredOrders.id, sql.placeholder('id')))
    .prepare(),
)

export async function deleteUnanswered(tx: Tx, id: number) {
  await deletion(tx).execute({ id })
}
