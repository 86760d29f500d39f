import { Type } from '@sinclair/typebox'
import type { Db } from '../../database/database'
import { declareJob } from '../../jobs/job'
import { announceAll, hasSubscriber } from '../../webhooks/outbox'
import { licenseEvent } from './events'
import { findExpiryMark, listEnded, upsertExpiryMark } from './expiry/store'

const licensesPerWrite = 500

/** Looks for expired licences once a minute. Only the announcements depend on it (CONTRACT §2). */
export const sweepExpiry = declareJob('licenses.expiry', Type.Object({}), { everyMs: 60_000 })

/**
 * Announces every licence that has expired since the last run, exactly once: the position is stored with the
 * announcements. On the first run, and while there are no subscribers, it only stores the position.
 */
export async function announceExpired(db: Db, now: Date) {
  while (!(await announceSome(db, now)));
}

/** Returns true if none are left. */
const announceSome = (db: Db, now: Date) =>
  db.write(async (tx) => {
    const mark = await findExpiryMark(tx)
    const isDue = mark !== undefined && (await hasSubscriber(tx, 'license.expired'))
    const ended = isDue ? await listEnded(tx, mark, now, licensesPerWrite) : []
    await announceAll(tx, () => ended.map(({ license }) => licenseEvent('license.expired', license)), now)
    const last = ended.length < licensesPerWrite ? undefined : ended.at(-1)
    // A clock that was set back must not announce anything twice.
    const endsMs = Math.max(last?.endsMs ?? now.getTime(), mark?.endsMs ?? 0)
    await upsertExpiryMark(tx, { endsMs, id: last?.license.id ?? 0 })
    return !last
  })
