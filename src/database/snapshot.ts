import { connect, type Queryable } from './connection'

/** A database as it was at one moment, however long it is read. */
export interface Snapshot {
  readonly read: Queryable
  close(): void
}

/** Holds a moment of a database that others may go on writing to. */
export function openSnapshot(path: string): Snapshot {
  const { raw, orm, close } = connect(path, { readonly: true })
  raw.run('begin')
  // The moment is that of the first read.
  raw.query('select 1 from installation').get()
  return { read: orm, close }
}
