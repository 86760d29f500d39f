import type { ProxyProblem } from '../../access/store'
import type { Config } from '../../config'
import type { Facts } from '../store'
import { proxyProblemsIn } from './proxies'

const dayMs = 24 * 3_600_000
const longestWaitSeconds = 15 * 60
const leastFreeBytes = 256 * 1_048_576
const largestWalBytes = 256 * 1_048_576

interface Seen {
  jobs: { due: number; dead: number; oldest_seconds: number }
  last_backup: Facts['last_backup'] | null
  last_backup_failure: Facts['last_backup_failure'] | null
  proxy_problems: ProxyProblem[]
  webhooks_gone: { id: number; name: string }[]
  database_bytes: number
  wal_bytes: number
  disk_free_bytes: number
}

/** What somebody should see to, in sentences that name what to do. */
export function needsAttention(seen: Seen, config: Config, now: Date): string[] {
  const { backup_every } = config
  const { jobs, last_backup: last, last_backup_failure: failure } = seen
  const backupAgeMs = last ? now.getTime() - Date.parse(last.at) : Number.POSITIVE_INFINITY
  const said: [boolean, string][] = [
    [
      jobs.dead > 0,
      `${jobs.dead} jobs were given up: see "latchkey job list --state dead", then "latchkey job retry ID".`,
    ],
    [
      jobs.oldest_seconds > longestWaitSeconds,
      `Work is due for ${Math.round(jobs.oldest_seconds / 60)} minutes: is a server running? See "latchkey health".`,
    ],
    [!last, 'No backup was ever taken: "latchkey backup FILE", or the setting backup_every.'],
    [
      last !== null && backupAgeMs > (backup_every ? 2 * backup_every : 7 * dayMs),
      `The last backup is ${Math.floor(backupAgeMs / dayMs)} days old: "latchkey backup FILE", or the setting backup_every.`,
    ],
    [
      failure !== null && (!last || failure.at > last.at),
      `The server could not take its last backup: ${failure?.error}. See to that, then "latchkey backups take".`,
    ],
    ...seen.webhooks_gone.map(({ id, name }): [boolean, string] => [
      true,
      `Webhook ${id} "${name}" is disabled: its receiver answered 410 (gone). "latchkey webhook edit ${id} --url …" and "latchkey webhook enable ${id}", or "latchkey webhook delete ${id}".`,
    ]),
    [
      seen.disk_free_bytes < seen.database_bytes + leastFreeBytes,
      'The disk is nearly full: make room, or move the data folder to another.',
    ],
    [seen.wal_bytes > largestWalBytes, 'The log beside the database is large: "latchkey optimize" takes it in.'],
  ]
  return [
    ...said.filter(([isSo]) => isSo).map(([, sentence]) => sentence),
    ...proxyProblemsIn(seen.proxy_problems, config, now),
  ]
}
