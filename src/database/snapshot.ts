import { connect, type Queryable } from './connection'

/** A database as of one moment, however long it is read. */
export interface Snapshot {
  readonly read: Queryable
  close(): Promise<void>
}

/** Opens a snapshot of a database that others may keep writing to. */
export function openSnapshot(path: string): Snapshot {
  const { raw, orm, close } = connect(path, { readonly: true })
  raw.run('begin')
  // The snapshot starts at its first read.
  raw.query('select 1 from installation').get()
  return { read: orm, close: async () => close() }
}
