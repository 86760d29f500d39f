import { connect } from './database/connection'

/** The database to look after. */
export interface Charge {
  readonly path: string
  readonly everyMs: number
}

declare const self: Worker

let timer: Timer | undefined
let close = () => {}

/** Takes in what the log beside the database holds, as far as no reader still needs it; nobody waits for it. */
function lookAfter({ path, everyMs }: Charge) {
  const connection = connect(path)
  connection.raw.run('pragma busy_timeout = 0')
  const takeIn = connection.raw.query('pragma wal_checkpoint(passive)')
  timer = setInterval(() => {
    try {
      takeIn.get()
    } catch {
      // A full disk, or a file that was taken away: the writer meets it too, and says so.
    }
  }, everyMs)
  close = connection.close
}

self.onmessage = ({ data }: MessageEvent<Charge | 'end'>) => {
  if (data !== 'end') return lookAfter(data)
  clearInterval(timer)
  close()
  self.postMessage('ended')
}
