import { type Static, Type } from '@sinclair/typebox'
import { record } from '../../audit/record'
import type { Config } from '../../config'
import type { Db } from '../../database/database'
import { daysAfter } from '../../kernel/moments'
import { counter, timestamp, view, word } from '../../kernel/view'
import { findFact, putFact } from '../store'
import { type OldRows, pageSurplusCalls, type RetentionCursor, type RetentionRuleName, retentionRules } from './store'

/** The maximum number of calls, whatever their age: the log of a busy day must not fill the disk. */
const callsMax = 5_000_000
/** Waiting requests are answered before the next rows are removed. */
const pauseMs = 20

/** The rows of one kind that were removed, or would be. */
const RemovedView = view('Removed', {
  what: word(Object.keys(retentionRules) as RetentionRuleName[]),
  keep_days: Type.Integer(),
  before: timestamp('Rows from before that moment are removed.'),
  rows: counter(),
})
export type Removed = Static<typeof RemovedView>

export const RetentionView = view('Retention', { dry_run: Type.Boolean(), removed: Type.Array(RemovedView) })

interface Terms {
  now: Date
  isTrial: boolean
  signal?: AbortSignal
}

/** Removes rows older than the settings allow, in small pages; as a trial, only counts them. */
export async function retain(db: Db, config: Config, terms: Terms): Promise<Removed[]> {
  const removed: Removed[] = []
  for (const { what, days } of rulesOf(config)) {
    const before = daysAfter(terms.now, -days)!
    const rows = await walk(db, { what, before, ...terms })
    removed.push({ what, keep_days: days, before: before.toISOString(), rows })
  }
  const surplus = terms.isTrial ? 0 : await removeSurplus(db, terms)
  return removed.map((each) => (each.what === 'calls' ? { ...each, rows: each.rows + surplus } : each))
}

/** The retention rules with their days; what is kept for ever has none. */
function rulesOf({ keep_calls, keep_deliveries, keep_jobs, keep_telemetry, keep_freed_seats }: Config) {
  const rules: { what: RetentionRuleName; days: number }[] = [
    { what: 'calls', days: keep_calls },
    { what: 'deliveries', days: keep_deliveries },
    { what: 'jobs', days: keep_jobs },
    { what: 'telemetry', days: keep_telemetry },
    { what: 'freed_seats', days: keep_freed_seats },
    { what: 'user_tokens', days: 30 },
    { what: 'signing_key_uses', days: 365 },
    { what: 'call_counts', days: 1827 },
    { what: 'idempotency_keys', days: 1 },
    { what: 'operator_requests', days: 1 },
    { what: 'unanswered_orders', days: 1 },
  ]
  return rules.filter(({ days }) => days > 0)
}

async function walk(db: Db, { what, before, now, isTrial, signal }: Terms & { what: RetentionRuleName; before: Date }) {
  const rule = retentionRules[what]
  let [rows, from]: [number, RetentionCursor | undefined] = [0, undefined]
  do {
    signal?.throwIfAborted()
    const page: OldRows = isTrial
      ? await rule.page(db.read, before, from)
      : await db.write(async (tx) => {
          const old = await rule.page(tx, before, from)
          if (what === 'deliveries' || what === 'jobs') await noteForgotten(tx, before)
          await rule.remove(tx, old.keys)
          return old
        })
    rows += page.keys.length
    from = page.next
    if (from) await Bun.sleep(pauseMs)
  } while (from)
  if (rows && !isTrial) {
    await db.write((tx) => record(tx, { verb: 'retention.removed', id: what, after: { rows, before } }, now))
  }
  return rows
}

type Tx = Parameters<Parameters<Db['write']>[0]>[0]

/** Records the moment, so that the missing deliveries of older jobs are not reported. */
async function noteForgotten(tx: Tx, before: Date) {
  const noted = await findFact(tx, 'forgotten')
  const until = before.toISOString()
  if (!noted || noted.until < until) await putFact(tx, 'forgotten', { until })
}

async function removeSurplus(db: Db, { signal }: Terms) {
  for (let rows = 0; ; await Bun.sleep(pauseMs)) {
    signal?.throwIfAborted()
    const keys = await db.write(async (tx) => {
      const surplus = await pageSurplusCalls(tx, callsMax)
      await retentionRules.calls.remove(tx, surplus)
      return surplus
    })
    if (!keys.length) return rows
    rows += keys.length
  }
}
