import { and, eq, lte } from 'drizzle-orm'
import { operatorRequests } from '../../db/schema/work'
import type { Queryable, Tx } from '../database/connection'

type Row = typeof operatorRequests.$inferSelect

/** A user's request with its key, if it was carried out after that moment. */
export async function findOperatorRequest(
  db: Queryable,
  { userId, key }: Pick<Row, 'userId' | 'key'>,
  after: Date,
): Promise<Row | undefined> {
  const [row] = await db
    .select()
    .from(operatorRequests)
    .where(and(eq(operatorRequests.userId, userId), eq(operatorRequests.key, key)))
  return row && row.createdAt > after ? row : undefined
}

type NewRow = Pick<Row, 'userId' | 'key' | 'requestHash' | 'requestId' | 'createdAt'>

/** Stores a request that is being carried out, and deletes those up to `after`. Returns whether its key was unused. */
export async function insertOperatorRequest(tx: Tx, row: NewRow, after: Date): Promise<boolean> {
  await tx.delete(operatorRequests).where(lte(operatorRequests.createdAt, after))
  const target = [operatorRequests.userId, operatorRequests.key]
  const inserted = await tx
    .insert(operatorRequests)
    .values(row)
    .onConflictDoNothing({ target })
    .returning({ key: operatorRequests.key })
  return inserted.length > 0
}

/** Stores the answer of a request, whether it has changed something before or not. */
export async function putOperatorAnswer(tx: Tx, row: NewRow & Pick<Row, 'fileHash' | 'sealedAnswer'>) {
  const { fileHash, sealedAnswer } = row
  await tx
    .insert(operatorRequests)
    .values(row)
    .onConflictDoUpdate({
      target: [operatorRequests.userId, operatorRequests.key],
      set: { fileHash, sealedAnswer },
    })
}
