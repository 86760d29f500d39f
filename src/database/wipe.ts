import { connect } from './connection'

type Raw = ReturnType<typeof connect>['raw']

const pagesAtOnce = 2000
// With its row header it fills one overflow page to the last byte, and an eighth of another.
const fillingBytes = 4578
const patienceMs = 5000
const pauseMs = 20

/** The result of removing deleted rows from a database's files. */
export interface Wiped {
  /** Whether the whole file was rewritten, rather than only its free pages. */
  rewritten: boolean
  /** Whether the write-ahead log was emptied; another process may be reading from it. */
  log_emptied: boolean
}

/**
 * Overwrites free pages, some thousand at a time, while others use the file. The file must not shrink: others have it
 * mapped.
 */
export const wipeBesideOthers = (path: string): Wiped =>
  onConnection(path, (raw) => {
    raw.run('drop table if exists filling')
    raw.run('create table filling (zeros blob)')
    try {
      while (fill(raw) > 0);
    } finally {
      raw.run('drop table filling')
    }
    return { rewritten: false, log_emptied: emptyLog(raw) }
  })

/** Rewrites the whole file. No other process may have it open. */
export const wipeAlone = (path: string): Wiped =>
  onConnection(path, (raw) => {
    raw.run('vacuum')
    return { rewritten: true, log_emptied: emptyLog(raw) }
  })

function onConnection(path: string, work: (raw: Raw) => Wiped) {
  const { raw, close } = connect(path)
  try {
    return work(raw)
  } finally {
    close()
  }
}

/** Fills up to `pagesAtOnce` free pages; returns how many pages were free. */
function fill(raw: Raw) {
  const { pages } = raw.query<{ pages: number }, []>('select freelist_count as pages from pragma_freelist_count').get()!
  const rows = Math.min(pagesAtOnce, pages)
  raw
    .query(`with recursive numbers (n) as (select 1 where ?1 > 0 union all select n + 1 from numbers where n < ?1)
      insert into filling select zeroblob(${fillingBytes}) from numbers`)
    .run(rows)
  return pages
}

function emptyLog(raw: Raw) {
  raw.run(`pragma busy_timeout = ${pauseMs}`)
  for (let waited = 0; waited < patienceMs; waited += pauseMs) {
    const { busy } = raw.query<{ busy: number }, []>('pragma wal_checkpoint(truncate)').get()!
    if (!busy) return true
    Bun.sleepSync(pauseMs)
  }
  return false
}
