import { stopwatch } from '../kernel/clock'
import { connect, type Queryable } from './connection'
import { lockPatienceMs, takeLock } from './patience'

const longestSnapshotMs = 1

/** The connection that reads, and keeps statistics. What it promises stands at `Db`. */
export interface Reader {
  read(): Queryable
  note(work: (tx: Queryable) => Promise<void>): Promise<void>
  accessEpoch(): string
  storedSettings(): ReadonlyMap<string, string>
  /** Whatever is read from now on is what the file holds now. */
  endSnapshot(): void
  /** Ends when everything handed to `note` has been written. */
  close(): Promise<void>
}

export function openReader(path: string, autocheckpoint: string | undefined): Reader {
  const { raw, orm, close } = connect(path)
  if (autocheckpoint) raw.run(autocheckpoint)
  // Of a statistic, nobody is told that it is on disk.
  raw.run('pragma synchronous = normal')
  raw.run('pragma query_only = on')
  const begin = raw.query('begin')
  const beginNote = raw.query('begin immediate')
  const commit = raw.query('commit')
  const rollback = raw.query('rollback')
  const dataVersion = raw.query<{ data_version: number }, []>('pragma data_version')
  const accessEpoch = raw.query<{ value: string }, []>("select value from installation where key = 'access_epoch'")
  const settingRows = raw.query<{ name: string; value: string }, []>('select name, value from settings')

  let hasSnapshot = false
  let snapshotAt = 0
  let isNoting = false
  let lastNote: Promise<unknown> = Promise.resolve()
  let notes = 0
  let inVain: { upTo: number; error: unknown } = { upTo: 0, error: undefined }
  let seenVersion: number | undefined
  let epoch = ''
  let stored: { epoch?: string; settings: ReadonlyMap<string, string> } = { settings: new Map() }

  function takeSnapshot() {
    // Nobody can change anything meanwhile.
    if (isNoting) return
    const now = stopwatch()
    if (hasSnapshot && now - snapshotAt < longestSnapshotMs) return
    endSnapshot()
    begin.run()
    hasSnapshot = true
    snapshotAt = now
    setImmediate(endSnapshot)
    const version = dataVersion.get()?.data_version
    if (version === seenVersion) return
    epoch = accessEpoch.get()?.value ?? ''
    seenVersion = version
  }

  function endSnapshot() {
    if (!hasSnapshot) return
    hasSnapshot = false
    // A failure that is grave enough has ended it already.
    if (!raw.inTransaction) return
    try {
      commit.run()
    } catch {
      // It ends all the same, and says once more what a read has failed with.
    }
  }

  /** Whether the connection for reading may write. It waits for nobody then, or reads would wait with it. */
  function allowNotes(isAllowed: boolean) {
    isNoting = isAllowed
    raw.run(`pragma query_only = ${isAllowed ? 'off' : 'on'}`)
    raw.run(`pragma busy_timeout = ${isAllowed ? 0 : lockPatienceMs}`)
  }

  function tryToBeginNote() {
    endSnapshot()
    allowNotes(true)
    try {
      beginNote.run()
    } catch (error) {
      allowNotes(false)
      throw error
    }
  }

  async function noteAlone(number: number, work: (tx: Queryable) => Promise<void>) {
    // It has waited together with one that waited as long as anybody does.
    if (number <= inVain.upTo) throw inVain.error
    const fault = await takeLock(tryToBeginNote)
    if (fault) {
      inVain = { upTo: notes, error: fault.error }
      throw fault.error
    }
    try {
      await work(orm)
      commit.run()
    } catch (error) {
      // A full disk can end the whole transaction.
      if (raw.inTransaction) rollback.run()
      throw error
    } finally {
      allowNotes(false)
      // What this connection changes does not move its data version.
      seenVersion = undefined
    }
  }

  return {
    read() {
      takeSnapshot()
      return orm
    },
    note(work) {
      const number = ++notes
      const noted = lastNote.then(() => noteAlone(number, work))
      lastNote = noted.catch(() => {})
      return noted
    },
    accessEpoch() {
      takeSnapshot()
      return epoch
    },
    storedSettings() {
      takeSnapshot()
      if (stored.epoch !== epoch) {
        stored = { epoch, settings: new Map(settingRows.all().map(({ name, value }) => [name, value])) }
      }
      return stored.settings
    },
    endSnapshot,
    async close() {
      await lastNote
      endSnapshot()
      close()
    },
  }
}
