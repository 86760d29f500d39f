import { stopwatch } from '../kernel/clock'

/** How long whoever wants to write waits for another that does. */
export const lockPatienceMs = 5000
const lockPauseMs = 5

/** Another process may hold the lock: reads go on meanwhile. Undefined once it is ours, else why it is not. */
export async function takeLock(tryToBegin: () => void): Promise<{ error: unknown } | undefined> {
  for (const startedAt = stopwatch(); ; await Bun.sleep(lockPauseMs)) {
    try {
      tryToBegin()
      return undefined
    } catch (error) {
      const isHeld = (error as { code?: string }).code?.startsWith('SQLITE_BUSY')
      if (!isHeld || stopwatch() - startedAt > lockPatienceMs) return { error }
    }
  }
}
