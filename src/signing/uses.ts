import type { Db } from '../database/database'
import { dayMs } from '../kernel/durations'
import type { Signer } from './key-ring'
import { addKeyUses, type KeyUse } from './store'

const everyMs = 1000

/** Counts the answers that each key and its companion sign, so that an operator sees who still needs a key before replacing it. */
export interface KeyUses {
  note(signer: Pick<Signer, 'pairId' | 'algorithm'>, isNamed: boolean, now: Date): void
  close(): Promise<void>
}

/** A statistic, written once a second; a crash loses the last second. */
export function openKeyUses(db: Db): KeyUses {
  let uses = new Map<string, KeyUse>()
  let ofDaysBefore: KeyUse[] = []
  const dayOf = rememberedDay()
  const flush = async () => {
    if (!uses.size) return
    const batch = [...ofDaysBefore, ...uses.values()]
    uses = new Map()
    ofDaysBefore = []
    await db.note((tx) => addKeyUses(tx, batch)).catch(() => {})
  }
  const timer = setInterval(flush, everyMs)
  timer.unref()
  return {
    note({ pairId: keyId, algorithm }, isNamed, now) {
      const day = dayOf(now)
      let use = uses.get(keyId)
      if (use?.day !== day) {
        if (use) ofDaysBefore.push(use)
        use = { keyId, day, named: 0, unnamed: 0, companionNamed: 0, companionUnnamed: 0 }
        uses.set(keyId, use)
      }
      if (algorithm === 'RS256') use[isNamed ? 'named' : 'unnamed'] += 1
      else use[isNamed ? 'companionNamed' : 'companionUnnamed'] += 1
    },
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

/** Formats a moment's day, cached for the day. */
function rememberedDay() {
  let number = Number.NaN
  let text = ''
  return (now: Date) => {
    const current = Math.floor(now.getTime() / dayMs)
    if (current !== number) {
      number = current
      text = now.toISOString().slice(0, 10)
    }
    return text
  }
}
