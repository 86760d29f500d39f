import { connect, type Queryable } from './connection'

type Result = { value: unknown } | { error: unknown }
interface Waiting {
  work: (tx: Queryable) => Promise<unknown>
  settle: (result: Result) => void
}

/** The one way to the data: one reader, one writer, nothing else. */
export interface Db {
  /** For reading only. Reads of one turn of the event loop share one snapshot; a later turn sees later commits. */
  readonly read: Queryable
  /**
   * One atomic piece of work, on disk when the promise resolves; it commits together with those that arrive with it.
   * Work that throws is undone alone. It may await nothing but `tx`.
   */
  write<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /** Moves whenever API keys, blocklist or signing keys change, in this process or another: what to key a cache by. */
  accessEpoch(): string
  /** Ends when everything handed to `write` has been answered. */
  close(): Promise<void>
}

/** Opens a migrated database file. */
export function openDatabase(path: string): Db {
  const writer = connect(path)
  const reader = connect(path, { readonly: true })
  const begin = writer.raw.query('begin immediate')
  const savepoint = writer.raw.query('savepoint work')
  const undo = writer.raw.query('rollback to work')
  const release = writer.raw.query('release work')
  const commit = writer.raw.query('commit')
  const rollback = writer.raw.query('rollback')
  const beginRead = reader.raw.query('begin')
  const endRead = reader.raw.query('commit')
  const dataVersion = reader.raw.query<{ data_version: number }, []>('pragma data_version')
  const accessEpoch = reader.raw.query<{ value: string }, []>(
    "select value from installation where key = 'access_epoch'",
  )

  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined
  let hasSnapshot = false
  let seenVersion: number | undefined
  let epoch = ''

  function takeSnapshot() {
    if (hasSnapshot) return
    beginRead.run()
    hasSnapshot = true
    setImmediate(endSnapshot)
    const version = dataVersion.get()?.data_version
    if (version === seenVersion) return
    seenVersion = version
    epoch = accessEpoch.get()?.value ?? ''
  }

  function endSnapshot() {
    if (!hasSnapshot) return
    endRead.run()
    hasSnapshot = false
  }

  async function commitTogether(batch: Waiting[]): Promise<Result[]> {
    const results: Result[] = []
    try {
      begin.run()
      for (const { work } of batch) {
        savepoint.run()
        try {
          results.push({ value: await work(writer.orm) })
        } catch (error) {
          undo.run()
          results.push({ error })
        }
        release.run()
      }
      commit.run()
      // Whoever reads next sees what was committed.
      endSnapshot()
      return results
    } catch (error) {
      if (writer.raw.inTransaction) rollback.run()
      return batch.map(() => ({ error }))
    }
  }

  async function flush() {
    while (waiting.length) {
      const batch = waiting
      waiting = []
      const results = await commitTogether(batch)
      batch.forEach(({ settle }, i) => {
        settle(results[i]!)
      })
      await new Promise((resume) => setImmediate(resume))
    }
    flushing = undefined
  }

  return {
    get read() {
      takeSnapshot()
      return reader.orm
    },
    write: <T>(work: (tx: Queryable) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({
          work,
          settle: (result) => ('error' in result ? reject(result.error) : resolve(result.value as T)),
        })
        flushing ??= new Promise((resume) => setImmediate(resume)).then(flush)
      }),
    accessEpoch() {
      takeSnapshot()
      return epoch
    },
    async close() {
      await flushing
      endSnapshot()
      reader.close()
      // A checkpoint of another kind waits for readers, and holds up the writers of a server beside us while it does.
      writer.raw.run('pragma wal_checkpoint(passive)')
      writer.close()
    },
  }
}

/**
 * Compiles a query once per connection, for the hot path: SQLite compiles an ordinary one at every call.
 * Write it so that it need not be compiled again when values are bound: no bound limit, no join.
 */
export function prepared<P>(build: (db: Queryable) => P): (db: Queryable) => P {
  const perConnection = new WeakMap<Queryable, P>()
  return (db) => {
    const known = perConnection.get(db)
    if (known) return known
    const query = build(db)
    perConnection.set(db, query)
    return query
  }
}
