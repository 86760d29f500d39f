import type { DatabaseInspection } from '../../database/inspection'

/** How many rows each table has; each kind of database has migrations of its own. */
export async function rowsOf(database: DatabaseInspection): Promise<Record<string, number>> {
  const { applied_migrations: _, ...rows } = await database.rows()
  return rows
}

export const countAll = async (database: DatabaseInspection) =>
  Object.values(await rowsOf(database)).reduce((sum, count) => sum + count, 0)
