import { Database } from 'bun:sqlite'

/**
 * Holds a folder for one server: an exclusive lock on a file, which the operating system frees however the process
 * ends. Undefined when another process holds it.
 */
export function holdLock(path: string): { release(): void } | undefined {
  const raw = new Database(path)
  try {
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
