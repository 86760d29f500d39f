import { integer } from 'drizzle-orm/sqlite-core'

/** A point in time: milliseconds since 1970 on disk, `Date` in code. */
export const moment = (name: string) => integer(name, { mode: 'timestamp_ms' })
