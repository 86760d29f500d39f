import { connect } from './connection'

/** How long an attempt to empty the write-ahead log may block writers, in milliseconds, and the number of attempts. */
const holdMs = 20
const tries = 20

export interface Optimized {
  /** Free space inside the file, used before the file grows. */
  reusableBytes: number
  walBytesBefore: number
  walBytesAfter: number
}

/** Updates the query planner's statistics and checkpoints the write-ahead log without making others wait long. */
export function optimizeFile(path: string, sizeOfWal: () => number): Optimized {
  const { raw, close } = connect(path)
  try {
    const walBytesBefore = sizeOfWal()
    raw.run('pragma analysis_limit = 400')
    // All tables, not only those this connection has queried.
    raw.run('pragma optimize = 0x10002')
    const { pages } = raw
      .query<{ pages: number }, []>('select freelist_count as pages from pragma_freelist_count')
      .get()!
    const { bytes } = raw.query<{ bytes: number }, []>('select page_size as bytes from pragma_page_size').get()!
    // The passive checkpoint blocks no one and does most of the work, so the second has little left.
    raw.run('pragma wal_checkpoint(passive)')
    raw.run(`pragma busy_timeout = ${holdMs}`)
    for (let left = tries; left > 0 && isBusy(raw); left--) Bun.sleepSync(holdMs)
    return { reusableBytes: pages * bytes, walBytesBefore, walBytesAfter: sizeOfWal() }
  } finally {
    close()
  }
}

const isBusy = (raw: ReturnType<typeof connect>['raw']) =>
  raw.query<{ busy: number }, []>('pragma wal_checkpoint(truncate)').get()!.busy === 1
