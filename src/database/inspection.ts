import { type Connection, connect, type Queryable } from './connection'

/** A foreign key whose row is missing. */
export interface BrokenReference {
  table: string
  rowid: number
  parent: string
}

/** A database opened for inspection; each query sees one moment. */
export interface DatabaseInspection {
  readonly read: Queryable
  /** What SQLite's integrity check finds, at most `most` findings; empty if the file is sound. */
  problems(most: number): Promise<string[]>
  brokenReferences(most: number): Promise<BrokenReference[]>
  /** The number of rows by table. */
  rows(): Promise<Record<string, number>>
}

/** Inspects a database that may be in use. Queries are slow and block this process. */
export async function inspect<T>(path: string, look: (inspection: DatabaseInspection) => Promise<T>): Promise<T> {
  const connection = connect(path, { readonly: true })
  try {
    return await look(inspectionOf(connection))
  } finally {
    connection.close()
  }
}

/** Inspects through an open connection, which sees what its transaction has changed. */
export const inspectionOf = ({ raw, orm }: Pick<Connection, 'raw' | 'orm'>): DatabaseInspection => ({
  read: orm,
  problems: async (most) =>
    raw
      .query<{ integrity_check: string }, []>(`pragma integrity_check(${most})`)
      .all()
      .map(({ integrity_check: problem }) => problem)
      .filter((problem) => problem !== 'ok'),
  async brokenReferences(most) {
    const found: BrokenReference[] = []
    for (const broken of raw.query<BrokenReference, []>('pragma foreign_key_check').iterate()) {
      found.push(broken)
      if (found.length === most) break
    }
    return found
  },
  rows: async () => Object.fromEntries(tablesOf(raw).map((table) => [table, countOf(raw, table)])),
})

type Raw = Connection['raw']

const tablesOf = (raw: Raw) =>
  raw
    .query<{ name: string }, []>(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name",
    )
    .all()
    .map(({ name }) => name)

const countOf = (raw: Raw, table: string) =>
  raw.query<{ rows: number }, []>(`select count(*) as rows from "${table}"`).get()!.rows
