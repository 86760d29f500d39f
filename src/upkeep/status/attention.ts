import type { ProxyProblem } from '../../access/client-addresses'
import type { Config } from '../../config'
import { counted } from '../../kernel/counted'
import { type Advice, commandRef, type Message, message, remedy } from '../../kernel/message'
import { type BackupFacts, backupRemedy, problemsOfBackups } from '../backup/problems'
import { proxyProblemsIn } from './proxies'

const waitSecondsMax = 15 * 60
const freeBytesMin = 256 * 1_048_576
const largestWalBytes = 256 * 1_048_576

interface Seen extends BackupFacts {
  jobs: { due: number; dead: number; oldest_seconds: number }
  proxy_problems: ProxyProblem[]
  low_stock: { id: number; name: string; low_stock: number; for_sale: number }[]
  webhooks_gone: { id: number; name: string }[]
  files: { place: string; problem: string | null; missing: number }
  database_bytes: number
  wal_bytes: number
  disk_free_bytes: number
}

/** The problems that need attention: sentences with the remedy, and the operations that apply it. */
export function needsAttention(seen: Seen, config: Config, now: Date): Advice[] {
  const { files, jobs } = seen
  const said: [boolean, Message][] = [
    [
      jobs.dead > 0,
      message`${counted(jobs.dead, 'job was', 'jobs were')} given up: see ${remedy('job list', { state: 'dead' })}, then ${remedy('job retry')}.`,
    ],
    [
      jobs.oldest_seconds > waitSecondsMax,
      message`Work is due for ${Math.round(jobs.oldest_seconds / 60)} minutes: is a server running? See ${commandRef('health')}.`,
    ],
    ...seen.low_stock.map(({ id, name, low_stock, for_sale }): [boolean, Message] => [
      true,
      message`Product ${id} "${name}" has ${counted(for_sale, 'key')} for sale, and its line is ${low_stock}: ${remedy('license create', { product: id, quantity: 100 })} makes more.`,
    ]),
    ...seen.webhooks_gone.map(({ id, name }): [boolean, Message] => [
      true,
      message`Webhook ${id} "${name}" is disabled: its receiver answered 410 (gone). ${remedy('webhook edit', { id, url: '…' })} and ${remedy('webhook enable', { id })}, or ${remedy('webhook delete', { id })}.`,
    ]),
    [files.problem !== null, message`Files of releases: ${files.problem ?? ''}.`],
    [
      files.missing > 0,
      message`${counted(files.missing, 'release has', 'releases have')} no whole file in ${files.place}: ${remedy('doctor')} names them.`,
    ],
    [
      seen.disk_free_bytes < seen.database_bytes + freeBytesMin,
      message`The disk is nearly full: make room, or move the data folder to another.`,
    ],
    [
      seen.wal_bytes > largestWalBytes,
      message`The log beside the database is large: ${remedy('optimize')} takes it in.`,
    ],
  ]
  const problems = problemsOfBackups(seen, config, now)
  const found = [
    ...said.filter(([isSo]) => isSo).map(([, sentence]) => sentence),
    ...proxyProblemsIn(seen.proxy_problems, config, now).map((problem) => message`${problem}`),
    ...problems.map((problem) => message`Backups: ${problem}.`),
    ...(problems.length ? [message`To correct that, ${backupRemedy}.`] : []),
  ]
  return found.map(({ advice }) => advice)
}
