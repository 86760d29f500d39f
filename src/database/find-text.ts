import { clientOf, type Queryable } from './connection'

/** A column that contains a text, and in how many rows. */
export interface TextOccurrence {
  column: string
  rows: number
}

/** Finds a text, in any case, in all columns of all tables. */
export function findText(db: Queryable, text: string): TextOccurrence[] {
  const raw = clientOf(db)
  const columns = raw
    .query<{ entity: string; name: string }, []>(
      `select tables.name as entity, columns.name from pragma_table_list as tables, pragma_table_info(tables.name) as columns
       where tables.schema = 'main' and tables.type = 'table' and tables.name not like 'sqlite_%' and columns.type = 'TEXT'`,
    )
    .all()
  return columns.flatMap(({ entity, name }) => {
    const { rows } = raw
      .query<{ rows: number }, [string]>(
        `select count(*) as rows from "${entity}" where instr(lower("${name}"), lower(?)) > 0`,
      )
      .get(text)!
    return rows ? [{ column: `${entity}.${name}`, rows }] : []
  })
}
