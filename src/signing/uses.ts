import type { Db } from '../database/database'
import { addKeyUses, type KeyUse } from './store'

const everyMs = 1000

/** Counts the answers that outgoing keys sign, so that an operator sees whether anybody still needs them. */
export interface KeyUses {
  note(keyId: string, isNamed: boolean, now: Date): void
  close(): Promise<void>
}

/** A statistic: written once a second, and what was counted in the last one is lost when the process dies. */
export function openKeyUses(db: Db): KeyUses {
  let uses = new Map<string, KeyUse>()
  const flush = async () => {
    if (!uses.size) return
    const batch = [...uses.values()]
    uses = new Map()
    await db.note((tx) => addKeyUses(tx, batch)).catch(() => {})
  }
  const timer = setInterval(flush, everyMs)
  timer.unref()
  return {
    note(keyId, isNamed, now) {
      const day = now.toISOString().slice(0, 10)
      const use = uses.get(`${keyId} ${day}`) ?? { keyId, day, named: 0, unnamed: 0 }
      use[isNamed ? 'named' : 'unnamed'] += 1
      uses.set(`${keyId} ${day}`, use)
    },
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
