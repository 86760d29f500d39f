import { statfs } from 'node:fs/promises'
import { version } from '../../../package.json'
import { listProxyProblems } from '../../access/client-addresses'
import { callStats, lastHours } from '../../call-log/stats'
import { bytesOf, inspectRows } from '../../database/engine'
import type { Deps } from '../../deps'
import { type FilesHealth, healthOfFiles } from '../../features/downloads/health'
import { listLowProducts } from '../../features/products/service'
import { stopwatch } from '../../kernel/clock'
import { listGoneWebhooks } from '../../webhooks/service'
import { findBackupFacts } from '../backup/problems'
import { runCommand } from '../subprocess'
import { needsAttention } from './attention'
import { countActivations, countJobs, countLicenses } from './store'
import type { Seen, Status } from './view'

type Installation = Pick<Deps, 'config' | 'db' | 'database' | 'folder' | 'files' | 'isServer'>

/** The status of an installation at a glance. A server counts in a subprocess, since large tables take time. */
export async function statusOf(installation: Installation, now: Date): Promise<Status> {
  const { db, folder, files: storage, isServer } = installation
  const [seen, { problem, lost }]: [Seen, FilesHealth] = await Promise.all([
    isServer ? runCommand(folder, ['status']).then(({ value }) => value) : lookAround(installation, now),
    healthOfFiles(db.read, storage),
  ])
  const files = { place: storage.place, problem, missing: lost.length }
  return {
    ...seen,
    files,
    uptime_seconds: installation.isServer ? Math.round(stopwatch() / 1000) : null,
    attention: needsAttention({ ...seen, files }, installation.config, now),
  }
}

const lookAround = ({ database, folder }: Installation, now: Date): Promise<Seen> =>
  inspectRows(database, async ({ read }) => {
    const midnight = new Date(`${now.toISOString().slice(0, 10)}T00:00:00Z`)
    const { dueSince, ...jobs } = await countJobs(read, now)
    const { totals } = await callStats(read, {
      ...{ by: ['result'], step: 'all', seriesMax: 1, endpoints: ['verify'] },
      ...lastHours(now, 24),
    })
    const { bavail, bsize } = await statfs(folder)
    return {
      version,
      data_dir: folder,
      licenses: await countLicenses(read, now),
      activations: await countActivations(read, midnight),
      verifications_24h: { all: totals.calls, failed: totals.refused },
      jobs: { ...jobs, oldest_seconds: dueSince ? Math.round((now.getTime() - dueSince.getTime()) / 1000) : 0 },
      ...(await findBackupFacts(read)),
      proxy_problems: await listProxyProblems(read),
      low_stock: await listLowProducts(read),
      webhooks_gone: await listGoneWebhooks(read),
      ...(await bytesOf(database)),
      disk_free_bytes: bavail * bsize,
    }
  })
