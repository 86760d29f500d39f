import { Elysia } from 'elysia'
import { bytesOf } from '../database/engine'
import type { Deps } from '../deps'
import { findOldestDue } from '../jobs/service'
import { addressSet } from '../kernel/addresses'
import { findLastBackup, prometheusText } from '../metrics/prometheus'

/** The metrics of the process for Prometheus; only for the addresses in the setting. */
export function metricsPage({ config, db, database, metrics, clientAddresses, clock }: Deps) {
  return new Elysia({ tags: ['Operations'] }).get(
    '/metrics',
    async ({ request }) => {
      const obstacle = clientAddresses.obstacle(request)
      if (obstacle) return Response.json({ status: String(obstacle) }, { status: 403 })
      const address = clientAddresses.of(request)
      if (!addressSet(config.metrics_readers).has(address))
        return Response.json({ status: `not for ${address}: see metrics_readers` }, { status: 403 })
      const now = clock()
      const { waiting, oldestRunAt } = await findOldestDue(db.read, now)
      const { database_bytes, wal_bytes } = await bytesOf(database)
      const text = prometheusText(metrics, {
        jobsWaiting: waiting,
        oldestJobSeconds: oldestRunAt ? (now.getTime() - oldestRunAt.getTime()) / 1000 : 0,
        databaseBytes: database_bytes,
        walBytes: wal_bytes,
        lastBackupSeconds: await findLastBackup(db.read),
      })
      return new Response(text, { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } })
    },
    { detail: { summary: 'Metrics in the text format of Prometheus', security: [] } },
  )
}
