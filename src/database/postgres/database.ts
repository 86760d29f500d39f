import type { Author } from '../../kernel/author'
import { stopwatch } from '../../kernel/clock'
import { txOf, type Writable } from '../connection'
import type { Db } from '../database'
import { openQueue } from '../queue'
import { openPool } from './client'
import { ormOf } from './orm'
import { takeLease } from './server-lease'
import { postgresTransactions } from './transactions'

const readersMax = 6
const deadlineMs = 20_000
const pollMs = 20
// A poll, and the time its answer takes.
const othersSeeMs = 30
const pollDeadlineMs = 5000
const freshMs = 2000

/**
 * Opens a migrated database of PostgreSQL. What other servers change in the rules of access is seen within some twenty
 * milliseconds; while it cannot be seen, nothing is answered from memory.
 */
export async function openPostgres(
  addresses: readonly string[],
  author: Author,
  { servedFrom, auditKey }: { servedFrom: string | undefined; auditKey: Buffer },
): Promise<Db> {
  const readers = openPool(addresses, { max: readersMax, deadlineMs })
  const writers = openPool(addresses, { max: 2, deadlineMs })
  const watchers = openPool(addresses, { max: 2, deadlineMs: pollDeadlineMs })
  const reader = ormOf(readers)
  const lease = servedFrom === undefined ? undefined : await takeLease(watchers, servedFrom)

  let epoch = ''
  let seenAt = 0
  let unseen = 0
  let settings: ReadonlyMap<string, string> = new Map()

  /** Takes note of the epoch, and of the settings that belong to it. */
  async function see(found: string, from = watchers) {
    if (found !== epoch) {
      const rows = await from.query('select name, value from settings')
      settings = new Map(rows.map(([name, value]) => [String(name), String(value)]))
      epoch = found
    }
    seenAt = stopwatch()
  }

  async function look() {
    const [row] = await watchers.query("select value from installation where key = 'access_epoch'")
    await see(String(row?.[0] ?? ''))
  }

  let isClosed = false
  let timer: Timer | undefined
  async function watch() {
    try {
      await look()
    } catch {
      // Whoever asks the database next hears of it.
    }
    if (isClosed) return
    timer = setTimeout(watch, pollMs)
    timer.unref()
  }

  /** Waits until the other servers obey what was changed in the rules of access, too. */
  async function committed(found: string) {
    if (found !== epoch) await Bun.sleep(othersSeeMs)
    await see(found, readers)
  }
  const changes = openQueue<Writable>(postgresTransactions(writers, { isLossy: false, lease, committed }))
  const notes = openQueue<Writable>(postgresTransactions(writers, { isLossy: true, lease, committed }))

  await look()
  const watching = watch()

  const inNameOf = (author: Author): Db => ({
    read: reader,
    write: (work) => changes.put((orm) => work(txOf(orm, author, auditKey))),
    note: (work) => notes.put(work),
    as: inNameOf,
    // No two are equal while the epoch is unknown, so that every cache asks again.
    accessEpoch: () => (stopwatch() - seenAt < freshMs ? epoch : `${epoch}?${unseen++}`),
    storedSettings: () => settings,
    async close() {
      await Promise.all([changes.close(), notes.close()])
      isClosed = true
      clearTimeout(timer)
      await watching
      await lease?.release()
      await Promise.all([readers.close(), writers.close(), watchers.close()])
    },
  })
  return inNameOf(author)
}
