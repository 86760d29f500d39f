import { connect } from './database/connection'

/** The database to look after. */
export interface CheckpointRequest {
  readonly path: string
  readonly everyMs: number
}

// Pages, of 4 KiB.
const logLengthMax = 4000

declare const self: Worker

let timer: Timer | undefined
let close = () => {}

/**
 * Takes in what the log beside the database holds, as far as no reader still needs it; nobody waits for that. While
 * there are always writes, some of it is always left: a log that has grown long is begun anew, for which writers wait
 * until the little that is left is taken in too.
 */
function lookAfter({ path, everyMs }: CheckpointRequest) {
  const connection = connect(path)
  // Who begins a log anew keeps writers waiting, for readers that may not end soon.
  connection.raw.run('pragma busy_timeout = 10')
  const takeIn = connection.raw.query<{ log: number }, []>('pragma wal_checkpoint(passive)')
  const beginAnew = connection.raw.query('pragma wal_checkpoint(restart)')
  timer = setInterval(() => {
    try {
      if (takeIn.get()!.log > logLengthMax) beginAnew.get()
    } catch {
      // A full disk, or a file that was taken away: the writer meets it too, and says so.
    }
  }, everyMs)
  close = connection.close
}

self.onmessage = ({ data }: MessageEvent<CheckpointRequest | 'end'>) => {
  if (data !== 'end') return lookAfter(data)
  clearInterval(timer)
  close()
  self.postMessage('ended')
}
