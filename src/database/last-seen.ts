import type { Writable } from './connection'
import type { Db } from './database'

const everyMs = 250
const precisionSeconds = 60
const idsPerRange = 4096
const rangesMax = 4
const entriesPerFlush = 2500

/** When the thing with that id was last seen, to the second. */
export interface LastSeen {
  id: number
  at: Date
}

/** Buffers last-seen times and writes them four times a second, and on close. */
export interface LastSeenBuffer {
  /** A thing seen again within a minute is not written again. */
  note(id: number, at: Date): void
  close(): Promise<void>
}

/** A range of neighbouring ids, which are neighbours in the file as well. */
interface IdRange {
  readonly first: number
  /** Seconds since 1970, by offset from `first`. */
  readonly seen: Uint32Array
  readonly isWaiting: Uint8Array
}

/**
 * For statistics only: a crash loses what is not yet written. To keep other writes from waiting long, each flush writes
 * a few thousand entries, of the ranges that have waited longest. Under more load the rest waits in memory and becomes
 * denser in the file by the time it is written.
 */
export function openLastSeenBuffer(
  db: Pick<Db, 'note'>,
  store: (tx: Writable, lastSeen: readonly LastSeen[]) => Promise<void>,
): LastSeenBuffer {
  const ranges = new Map<number, IdRange>()
  const waiting = new Set<IdRange>()
  let minute = 0

  function rangeOf(id: number) {
    const number = Math.floor(id / idsPerRange)
    let range = ranges.get(number)
    if (!range) {
      range = {
        first: number * idsPerRange,
        seen: new Uint32Array(idsPerRange),
        isWaiting: new Uint8Array(idsPerRange),
      }
      ranges.set(number, range)
    }
    return range
  }

  /** Takes the entries that have waited longest, one flush's worth. */
  function takeWaiting() {
    const taken: LastSeen[] = []
    let left = rangesMax
    for (const range of waiting) {
      if (left-- === 0 || taken.length >= entriesPerFlush) break
      waiting.delete(range)
      const { first, seen, isWaiting } = range
      for (let place = isWaiting.indexOf(1); place !== -1; place = isWaiting.indexOf(1, place + 1)) {
        isWaiting[place] = 0
        taken.push({ id: first + place, at: new Date(seen[place]! * 1000) })
      }
    }
    return taken
  }

  function hold({ id, at }: LastSeen) {
    const range = rangeOf(id)
    const place = id - range.first
    range.seen[place] = Math.floor(at.getTime() / 1000)
    range.isWaiting[place] = 1
    waiting.add(range)
  }

  /** Entries seen again meanwhile are already waiting. */
  function putBack(taken: readonly LastSeen[]) {
    for (const entry of taken) {
      const range = rangeOf(entry.id)
      if (!range.isWaiting[entry.id - range.first]) hold(entry)
    }
  }

  /** Drops ranges that have nothing waiting, when a new minute begins. */
  function forgetLastMinute(now: number) {
    if (now === minute) return
    minute = now
    for (const [number, range] of ranges) if (!waiting.has(range)) ranges.delete(number)
  }

  /** Returns whether the write succeeded. */
  async function flush() {
    const taken = takeWaiting()
    try {
      await db.note((tx) => store(tx, taken))
      return true
    } catch {
      // The next flush tries again.
      putBack(taken)
      return false
    }
  }

  const timer = setInterval(() => {
    if (waiting.size) void flush()
  }, everyMs)
  timer.unref()
  return {
    note(id, at) {
      const now = Math.floor(at.getTime() / 1000 / precisionSeconds)
      forgetLastMinute(now)
      const { first, seen } = rangeOf(id)
      if (Math.floor(seen[id - first]! / precisionSeconds) !== now) hold({ id, at })
    },
    async close() {
      clearInterval(timer)
      while (waiting.size && (await flush()));
    },
  }
}
