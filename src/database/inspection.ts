import { connect, type Queryable } from './connection'

/** A reference to a row that is not there. */
export interface BrokenReference {
  table: string
  rowid: number
  parent: string
}

/** A database file, for somebody who only looks; each question is answered as of one moment. */
export interface DatabaseInspection {
  readonly read: Queryable
  /** What SQLite finds wrong with the file itself, so many findings at most; none in a sound one. */
  problems(most: number): string[]
  brokenReferences(most: number): BrokenReference[]
  /** How many rows each table has. */
  rows(): Record<string, number>
}

/** Looks into a database file, beside whoever works on it. What is asked takes its time and holds up this process. */
export async function inspect<T>(path: string, look: (inspection: DatabaseInspection) => Promise<T>): Promise<T> {
  const { raw, orm, close } = connect(path, { readonly: true })
  try {
    return await look({
      read: orm,
      problems: (most) =>
        raw
          .query<{ integrity_check: string }, []>(`pragma integrity_check(${most})`)
          .all()
          .map(({ integrity_check: problem }) => problem)
          .filter((problem) => problem !== 'ok'),
      brokenReferences(most) {
        const found: BrokenReference[] = []
        for (const broken of raw.query<BrokenReference, []>('pragma foreign_key_check').iterate()) {
          found.push(broken)
          if (found.length === most) break
        }
        return found
      },
      rows: () => Object.fromEntries(tablesOf(raw).map((table) => [table, countOf(raw, table)])),
    })
  } finally {
    close()
  }
}

type Raw = ReturnType<typeof connect>['raw']

const tablesOf = (raw: Raw) =>
  raw
    .query<{ name: string }, []>(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name",
    )
    .all()
    .map(({ name }) => name)

const countOf = (raw: Raw, table: string) =>
  raw.query<{ rows: number }, []>(`select count(*) as rows from "${table}"`).get()!.rows
