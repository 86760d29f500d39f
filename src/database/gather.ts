import type { Queryable } from './connection'
import type { Db } from './database'

const everyMs = 1000
const grainMs = 60_000
const idsPerWrite = 1000
const pauseMs = 20
const mostRemembered = 2 ** 24

/** Collects when things were last seen and writes it down once a second, and at the end. */
export interface Gatherer {
  /** To the minute: what is seen again within it is not written again. */
  note(id: number, at: Date): void
  close(): Promise<void>
}

/**
 * For statistics only: what was noted in the last second is lost when the process dies. Many are written a thousand at
 * a time, in the order of their ids, so that nobody waits long behind them and neighbours share a page.
 */
export function gather(db: Db, store: (tx: Queryable, ids: Uint32Array, at: number) => Promise<void>): Gatherer {
  const isNoted = openMinute()
  let noted: number[] = []
  let latest = 0

  async function flush(pause = pauseMs) {
    const [ids, at] = [Uint32Array.from(noted).sort(), latest]
    noted = []
    for (let start = 0; start < ids.length; start += idsPerWrite) {
      if (start && pause) await Bun.sleep(pause)
      // What could not be written is a gap in a statistic; the next second may fare better.
      await db.write((tx) => store(tx, ids.subarray(start, start + idsPerWrite), at)).catch(() => {})
    }
  }

  let flushing: Promise<void> | undefined
  const timer = setInterval(() => {
    if (!noted.length || flushing) return
    flushing = flush().finally(() => {
      flushing = undefined
    })
  }, everyMs)
  timer.unref()
  return {
    note(id, at) {
      latest = at.getTime()
      if (!isNoted(id, latest)) noted.push(id)
    },
    async close() {
      clearInterval(timer)
      await flushing
      await flush(0)
    },
  }
}

/** Tells whether an id was asked about in this minute before: a bit for each, up to 16 million. */
function openMinute() {
  let bits = new Uint32Array(1024)
  let minute = 0
  return (id: number, at: number) => {
    if (Math.floor(at / grainMs) !== minute) {
      minute = Math.floor(at / grainMs)
      bits.fill(0)
    }
    if (id >= mostRemembered) return false
    const place = id >>> 5
    if (place >= bits.length) {
      const wider = new Uint32Array(Math.max(bits.length * 2, place + 1))
      wider.set(bits)
      bits = wider
    }
    const bit = 1 << (id & 31)
    const isSet = (bits[place]! & bit) !== 0
    bits[place]! |= bit
    return isSet
  }
}
