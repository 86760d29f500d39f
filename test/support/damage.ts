import { Database } from 'bun:sqlite'
import { readFileSync, writeFileSync } from 'node:fs'

const pageBytes = 4096

/** Puts zeros in the place of the bytes of a file from one offset to another. */
export function overwrite(path: string, from: number, to: number) {
  writeFileSync(path, readFileSync(path).fill(0, from, to))
}

/** Puts zeros where a table or an index of a database that nobody has open begins. */
export function damageTable(path: string, table: string) {
  const raw = new Database(path, { readonly: true })
  const query = raw.query<{ rootpage: number }, [string]>('select rootpage from sqlite_master where name = ?')
  const { rootpage } = query.get(table)!
  query.finalize()
  raw.close()
  overwrite(path, (rootpage - 1) * pageBytes, rootpage * pageBytes)
}
