import { stopwatch } from '../kernel/clock'
import { type Connection, connect, endTransaction, lockPatienceMs, type Queryable } from './connection'
import { openQueue, type Queue } from './queue'
import { transactionsOf } from './transactions'

const snapshotMsMax = 1

/** The connection for reads and statistics. `Db` documents its guarantees. */
export interface Reader {
  read(): Queryable
  readonly notes: Queue<Connection['orm']>
  accessEpoch(): string
  storedSettings(): ReadonlyMap<string, string>
  /** Makes the next read see the current state of the file. */
  endSnapshot(): void
  /** Resolves when all pending notes have settled. */
  close(): Promise<void>
}

export function openReader(path: string, { hasCheckpoints }: { hasCheckpoints: boolean }): Reader {
  const connection = connect(path, { hasCheckpoints })
  const { raw, orm, close } = connection
  // Statistics are never acknowledged as being on disk.
  raw.run('pragma synchronous = normal')
  raw.run('pragma query_only = on')
  const begin = raw.query('begin')
  const beginNote = raw.query('begin immediate')
  const commit = raw.query('commit')
  const dataVersion = raw.query<{ data_version: number }, []>('pragma data_version')
  const accessEpoch = raw.query<{ value: string }, []>("select value from installation where key = 'access_epoch'")
  const settingRows = raw.query<{ name: string; value: string }, []>('select name, value from settings')

  let hasSnapshot = false
  let snapshotAt = 0
  let isNoting = false
  let seenVersion: number | undefined
  let epoch = ''
  let stored: { epoch?: string; settings: ReadonlyMap<string, string> } = { settings: new Map() }

  function takeSnapshot() {
    // No other connection can write meanwhile.
    if (isNoting) return
    const now = stopwatch()
    if (hasSnapshot && now - snapshotAt < snapshotMsMax) return
    endSnapshot()
    begin.run()
    hasSnapshot = true
    snapshotAt = now
    setImmediate(endSnapshot)
    noticeChanges()
  }

  function noticeChanges() {
    const version = dataVersion.get()?.data_version
    if (version === seenVersion) return
    epoch = accessEpoch.get()?.value ?? ''
    seenVersion = version
  }

  function endSnapshot() {
    if (!hasSnapshot) return
    hasSnapshot = false
    endTransaction(raw, commit)
  }

  /**
   * Switches the read connection between read-only and writing. While writing it never waits for locks, or reads would
   * wait too.
   */
  function allowNotes(isAllowed: boolean) {
    isNoting = isAllowed
    raw.run(`pragma query_only = ${isAllowed ? 'off' : 'on'}`)
    raw.run(`pragma busy_timeout = ${isAllowed ? 0 : lockPatienceMs}`)
  }

  const notes = openQueue(
    transactionsOf(connection, {
      begin() {
        endSnapshot()
        allowNotes(true)
        try {
          beginNote.run()
          noticeChanges()
        } catch (error) {
          endTransaction(raw, commit)
          allowNotes(false)
          throw error
        }
      },
      ended() {
        allowNotes(false)
        // A connection's own changes do not change its data version.
        seenVersion = undefined
      },
    }),
  )

  return {
    read() {
      takeSnapshot()
      return orm
    },
    notes,
    accessEpoch() {
      takeSnapshot()
      return epoch
    },
    storedSettings() {
      // Called several times per request, after its first call for the epoch.
      if (!hasSnapshot) takeSnapshot()
      if (stored.epoch !== epoch) {
        stored = { epoch, settings: new Map(settingRows.all().map(({ name, value }) => [name, value])) }
      }
      return stored.settings
    },
    endSnapshot,
    async close() {
      await notes.idle()
      endSnapshot()
      close()
    },
  }
}
