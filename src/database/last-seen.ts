import type { Writable } from './connection'
import type { Db } from './database'

const everyMs = 250
const grainSeconds = 60
const idsPerRange = 4096
const rangesMax = 4
const sightingsEnough = 2500

/** When what has that id was last seen, to the second. */
export interface LastSeen {
  id: number
  at: Date
}

/** Collects when things were last seen and writes it down four times a second, and at the end. */
export interface LastSeenBuffer {
  /** What is seen again within a minute is not written again. */
  note(id: number, at: Date): void
  close(): Promise<void>
}

/** Neighbours by their ids, which are neighbours in the file as well. */
interface IdRange {
  readonly first: number
  /** In seconds since 1970, by place. */
  readonly seen: Uint32Array
  readonly isWaiting: Uint8Array
}

/**
 * For statistics only: what has not been written is lost when the process dies. Nobody shall wait long behind it, so
 * each time a few thousand lastSeen are written, those of the ranges of ids that have waited longest. Where more is
 * seen than that, the others wait in memory, and lie the closer together in the file when their turn comes.
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

  /** Those that have waited longest, as many as are written at once. */
  function takeWaiting() {
    const taken: LastSeen[] = []
    let left = rangesMax
    for (const range of waiting) {
      if (left-- === 0 || taken.length >= sightingsEnough) break
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

  /** What has been seen anew meanwhile waits already. */
  function putBack(taken: readonly LastSeen[]) {
    for (const seenOnce of taken) {
      const range = rangeOf(seenOnce.id)
      if (!range.isWaiting[seenOnce.id - range.first]) hold(seenOnce)
    }
  }

  /** What nothing waits for and nothing was seen of in this minute need not be remembered. */
  function forgetLastMinute(now: number) {
    if (now === minute) return
    minute = now
    for (const [number, range] of ranges) if (!waiting.has(range)) ranges.delete(number)
  }

  /** Whether it could be written. */
  async function flush() {
    const taken = takeWaiting()
    try {
      await db.note((tx) => store(tx, taken))
      return true
    } catch {
      // Another time may fare better.
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
      const now = Math.floor(at.getTime() / 1000 / grainSeconds)
      forgetLastMinute(now)
      const { first, seen } = rangeOf(id)
      if (Math.floor(seen[id - first]! / grainSeconds) !== now) hold({ id, at })
    },
    async close() {
      clearInterval(timer)
      while (waiting.size && (await flush()));
    },
  }
}
