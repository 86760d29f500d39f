import type { Queryable } from './connection'
import { postgresOf } from './postgres/client'
import { selectAll, selectOne } from './statements'

/** A column that contains a text, and in how many rows. */
export interface TextOccurrence {
  column: string
  rows: number
}

const textColumnsOfPostgres = `select table_name as entity, column_name as name from information_schema.columns
  where table_schema = current_schema() and data_type = 'text' order by 1, 2`

const textColumns = `select tables.name as entity, columns.name
  from pragma_table_list as tables, pragma_table_info(tables.name) as columns
  where tables.schema = 'main' and tables.type = 'table' and tables.name not like 'sqlite_%' and columns.type = 'TEXT'`

/** Finds a text, in any case, in all columns of all tables. */
export async function findText(db: Queryable, text: string): Promise<TextOccurrence[]> {
  const found: TextOccurrence[] = []
  for (const { entity, name } of await selectAll<{ entity: string; name: string }>(
    db,
    postgresOf(db) ? textColumnsOfPostgres : textColumns,
  )) {
    const query = `select count(*) as rows from "${entity}" where instr(lower("${name}"), lower(?)) > 0`
    const { rows } = (await selectOne<{ rows: number }>(db, query, text))!
    if (rows) found.push({ column: `${entity}.${name}`, rows })
  }
  return found
}
