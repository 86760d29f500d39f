import { connect } from './connection'

// Pages, of 4 KiB.
const logLengthMax = 4000

/**
 * Takes in what the log beside the database holds, as far as no reader still needs it; nobody waits for that. While
 * there are always writes, some of it is always left: a log that has grown long is begun anew, for which writers wait
 * until the little that is left is taken in too. Ends when the function returned is called.
 */
export function startCheckpoints(path: string, everyMs: number): () => void {
  const { raw, close } = connect(path)
  // Who begins a log anew keeps writers waiting, for readers that may not end soon.
  raw.run('pragma busy_timeout = 10')
  const takeIn = raw.query<{ log: number }, []>('pragma wal_checkpoint(passive)')
  const beginAnew = raw.query('pragma wal_checkpoint(restart)')
  const timer = setInterval(() => {
    try {
      if (takeIn.get()!.log > logLengthMax) beginAnew.get()
    } catch {
      // A full disk, or a file that was taken away: the writer meets it too, and says so.
    }
  }, everyMs)
  return () => {
    clearInterval(timer)
    close()
  }
}
