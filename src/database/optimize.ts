import { connect } from './connection'

/** How long writers may be kept out while the log beside the file is emptied, and how often that is tried. */
const holdMs = 20
const tries = 20

export interface Optimized {
  /** Room inside the file that new rows will take before it grows. */
  reusableBytes: number
  walBytesBefore: number
  walBytesAfter: number
}

/** Lets SQLite look again at what its plans rest on, and takes the log beside the file into it, as far as nobody waits. */
export function optimizeFile(path: string, sizeOfWal: () => number): Optimized {
  const { raw, close } = connect(path)
  try {
    const walBytesBefore = sizeOfWal()
    raw.run('pragma analysis_limit = 400')
    // Of all tables, not of those alone that this connection has asked.
    raw.run('pragma optimize = 0x10002')
    const { pages } = raw
      .query<{ pages: number }, []>('select freelist_count as pages from pragma_freelist_count')
      .get()!
    const { bytes } = raw.query<{ bytes: number }, []>('select page_size as bytes from pragma_page_size').get()!
    // The first keeps nobody out and does most; what is left for the second is little.
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
