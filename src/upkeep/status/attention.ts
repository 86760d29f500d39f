import type { ProxyProblem } from '../../access/store'
import type { Config } from '../../config'
import { counted } from '../../kernel/counted'
import { type BackupFacts, backupRemedy, problemsOfBackups } from '../backup/problems'
import { proxyProblemsIn } from './proxies'

const waitSecondsMax = 15 * 60
const freeBytesMin = 256 * 1_048_576
const largestWalBytes = 256 * 1_048_576

interface Seen extends BackupFacts {
  jobs: { due: number; dead: number; oldest_seconds: number }
  proxy_problems: ProxyProblem[]
  webhooks_gone: { id: number; name: string }[]
  database_bytes: number
  wal_bytes: number
  disk_free_bytes: number
}

/** What somebody should see to, in sentences that name what to do. */
export function needsAttention(seen: Seen, config: Config, now: Date): string[] {
  const { jobs } = seen
  const said: [boolean, string][] = [
    [
      jobs.dead > 0,
      `${counted(jobs.dead, 'job was', 'jobs were')} given up: see "latchkey job list --state dead", then "latchkey job retry ID".`,
    ],
    [
      jobs.oldest_seconds > waitSecondsMax,
      `Work is due for ${Math.round(jobs.oldest_seconds / 60)} minutes: is a server running? See "latchkey health".`,
    ],
    ...seen.webhooks_gone.map(({ id, name }): [boolean, string] => [
      true,
      `Webhook ${id} "${name}" is disabled: its receiver answered 410 (gone). "latchkey webhook edit ${id} --url …" and "latchkey webhook enable ${id}", or "latchkey webhook delete ${id}".`,
    ]),
    [
      seen.disk_free_bytes < seen.database_bytes + freeBytesMin,
      'The disk is nearly full: make room, or move the data folder to another.',
    ],
    [seen.wal_bytes > largestWalBytes, 'The log beside the database is large: "latchkey optimize" takes it in.'],
  ]
  const problems = problemsOfBackups(seen, config, now)
  return [
    ...said.filter(([isSo]) => isSo).map(([, sentence]) => sentence),
    ...proxyProblemsIn(seen.proxy_problems, config, now),
    ...problems.map((problem) => `Backups: ${problem}.`),
    ...(problems.length ? [`To correct that, ${backupRemedy}.`] : []),
  ]
}
