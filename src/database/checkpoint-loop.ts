import { connect } from './connection'

// In pages of 4 KiB.
const logPagesMax = 4000

/**
 * Checkpoints the write-ahead log regularly, up to what readers still need, without blocking writers. Under constant
 * writes a part is always left, so a long log is restarted; that blocks writers until the rest is copied too. Returns a
 * function that stops it.
 */
export function startCheckpoints(path: string, everyMs: number): () => void {
  const { raw, close } = connect(path)
  // Restarting the log blocks writers while it waits for readers, which may run long.
  raw.run('pragma busy_timeout = 10')
  const passive = raw.query<{ log: number }, []>('pragma wal_checkpoint(passive)')
  const restart = raw.query('pragma wal_checkpoint(restart)')
  const timer = setInterval(() => {
    try {
      if (passive.get()!.log > logPagesMax) restart.get()
    } catch {
      // A full disk, or a file that was moved: the writer hits it too and reports it.
    }
  }, everyMs)
  return () => {
    clearInterval(timer)
    close()
  }
}
