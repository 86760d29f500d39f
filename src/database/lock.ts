import { Database } from 'bun:sqlite'

// Whoever only looks whether it is held holds it for a moment himself.
const patienceMs = 200

/**
 * Holds a folder for one server: an exclusive lock on a file, which the operating system frees however the process
 * ends. Undefined when another process holds it.
 */
export function holdLock(path: string): { release(): void } | undefined {
  const raw = new Database(path)
  try {
    raw.run(`pragma busy_timeout = ${patienceMs}`)
    raw.run('begin exclusive')
  } catch (error) {
    raw.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw error
  }
  return {
    release() {
      raw.run('rollback')
      raw.close()
    },
  }
}

/** Whether a server holds that lock now. */
export function isHeld(path: string): boolean {
  const raw = new Database(path)
  try {
    raw.run('select 1 from sqlite_master')
    return false
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return true
    throw error
  } finally {
    raw.close()
  }
}
