import type { DatabaseInspection } from '../../database/inspection'

/** How many rows each table has, but for those of each kind of database alone: its migrations and its servers. */
export async function rowsOf(database: DatabaseInspection): Promise<Record<string, number>> {
  const { applied_migrations: _, servers: __, ...rows } = await database.rows()
  return rows
}

export const countAll = async (database: DatabaseInspection) =>
  Object.values(await rowsOf(database)).reduce((sum, count) => sum + count, 0)
