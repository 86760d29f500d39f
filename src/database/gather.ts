import type { Queryable } from './connection'
import type { Db } from './database'

const everyMs = 250
const grainSeconds = 60
const idsPerStretch = 4096
const mostStretches = 4
const enoughSightings = 2500

/** When what has that id was last seen, to the second. */
export interface Sighting {
  id: number
  at: Date
}

/** Collects when things were last seen and writes it down four times a second, and at the end. */
export interface Gatherer {
  /** What is seen again within a minute is not written again. */
  note(id: number, at: Date): void
  close(): Promise<void>
}

/** Neighbours by their ids, which are neighbours in the file as well. */
interface Stretch {
  readonly first: number
  /** In seconds since 1970, by place. */
  readonly seen: Uint32Array
  readonly isWaiting: Uint8Array
}

/**
 * For statistics only: what has not been written is lost when the process dies. Nobody shall wait long behind it, so
 * each time a few thousand sightings are written, those of the stretches of ids that have waited longest. Where more is
 * seen than that, the others wait in memory, and lie the closer together in the file when their turn comes.
 */
export function gather(
  db: Pick<Db, 'note'>,
  store: (tx: Queryable, sightings: readonly Sighting[]) => Promise<void>,
): Gatherer {
  const stretches = new Map<number, Stretch>()
  const waiting = new Set<Stretch>()
  let minute = 0

  function stretchOf(id: number) {
    const number = Math.floor(id / idsPerStretch)
    let stretch = stretches.get(number)
    if (!stretch) {
      stretch = {
        first: number * idsPerStretch,
        seen: new Uint32Array(idsPerStretch),
        isWaiting: new Uint8Array(idsPerStretch),
      }
      stretches.set(number, stretch)
    }
    return stretch
  }

  /** Those that have waited longest, as many as are written at once. */
  function takeWaiting() {
    const taken: Sighting[] = []
    let left = mostStretches
    for (const stretch of waiting) {
      if (left-- === 0 || taken.length >= enoughSightings) break
      waiting.delete(stretch)
      const { first, seen, isWaiting } = stretch
      for (let place = isWaiting.indexOf(1); place !== -1; place = isWaiting.indexOf(1, place + 1)) {
        isWaiting[place] = 0
        taken.push({ id: first + place, at: new Date(seen[place]! * 1000) })
      }
    }
    return taken
  }

  function hold({ id, at }: Sighting) {
    const stretch = stretchOf(id)
    const place = id - stretch.first
    stretch.seen[place] = Math.floor(at.getTime() / 1000)
    stretch.isWaiting[place] = 1
    waiting.add(stretch)
  }

  /** What has been seen anew meanwhile waits already. */
  function putBack(taken: readonly Sighting[]) {
    for (const sighting of taken) {
      const stretch = stretchOf(sighting.id)
      if (!stretch.isWaiting[sighting.id - stretch.first]) hold(sighting)
    }
  }

  /** What nothing waits for and nothing was seen of in this minute need not be remembered. */
  function forgetLastMinute(now: number) {
    if (now === minute) return
    minute = now
    for (const [number, stretch] of stretches) if (!waiting.has(stretch)) stretches.delete(number)
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
      const { first, seen } = stretchOf(id)
      if (Math.floor(seen[id - first]! / grainSeconds) !== now) hold({ id, at })
    },
    async close() {
      clearInterval(timer)
      while (waiting.size && (await flush()));
    },
  }
}
