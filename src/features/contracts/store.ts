import { and, asc, eq, or, sql } from 'drizzle-orm'
import { type Contract, contracts, licenses } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { type PageRequest, pageOf } from '../../database/page'
import { parseId } from '../../kernel/ids'

/** The contract with that id, uuid or key; an id wins over a key that looks like one. */
export async function findContract(db: Queryable, reference: string): Promise<Contract | undefined> {
  const id = parseId(reference)
  const rows = await db
    .select()
    .from(contracts)
    .where(
      or(
        id === undefined ? undefined : eq(contracts.id, id),
        eq(contracts.uuid, reference),
        eq(contracts.contractKey, reference),
      ),
    )
  return rows.find((row) => row.id === id) ?? rows.find((row) => row.uuid === reference) ?? rows[0]
}

/** The contract with that uuid or key, which are both secrets. */
export async function findContractBySecret(db: Queryable, secret: string): Promise<Contract | undefined> {
  const rows = await db
    .select()
    .from(contracts)
    .where(or(eq(contracts.uuid, secret), eq(contracts.contractKey, secret)))
  return rows.find((row) => row.uuid === secret) ?? rows[0]
}

/** Contracts with that name, ignoring case. */
export const listContractsNamed = (db: Queryable, name: string) =>
  db
    .select()
    .from(contracts)
    .where(or(eq(contracts.name, name), sql`lower(${contracts.name}) = ${name.toLowerCase()}`))
    .orderBy(asc(contracts.id))

export async function findContractByKey(db: Queryable, contractKey: string): Promise<Contract | undefined> {
  const [row] = await db.select().from(contracts).where(eq(contracts.contractKey, contractKey))
  return row
}

const contractSorts = { id: contracts.id, name: contracts.name, updated_at: contracts.updatedAt }

export const pageContracts = (
  db: Queryable,
  { productId, status }: { productId?: number | undefined; status?: Contract['status'] | undefined },
  wanted: PageRequest,
) =>
  pageOf(db, contracts, {
    where: and(
      productId === undefined ? undefined : eq(contracts.productId, productId),
      status && eq(contracts.status, status),
    ),
    sorts: contractSorts,
    wanted,
  })

export const listContracts = (db: Queryable) => db.select().from(contracts).orderBy(asc(contracts.id))

export async function insertContract(tx: Tx, contract: typeof contracts.$inferInsert): Promise<Contract> {
  const [row] = await tx.insert(contracts).values(contract).returning()
  return row!
}

export async function updateContractRow(
  tx: Tx,
  id: number,
  changes: Partial<typeof contracts.$inferInsert>,
): Promise<Contract> {
  const [row] = await tx.update(contracts).set(changes).where(eq(contracts.id, id)).returning()
  return row!
}

/** Deletes the contract. Its keys stay, without a contract; no order may take them, since its holder knows them. */
export async function deleteContractRow(tx: Tx, id: number) {
  await tx.update(licenses).set({ withheld: 1 }).where(eq(licenses.contractId, id))
  await tx.delete(contracts).where(eq(contracts.id, id))
}
