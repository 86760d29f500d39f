import { apiKeys } from '../../../db/schema/access'
import { activations, licenses, telemetry } from '../../../db/schema/licensing'
import { auditLog, calls, signingKeys } from '../../../db/schema/operations'
import { deliveries, jobs } from '../../../db/schema/work'
import type { Queryable } from '../../database/connection'
import type { FolderSealer } from '../../signing/sealing'
import { inspectLog } from '../audit-log'
import type { Check } from './check'
import { listFuture } from './store'

/** Clocks are routinely adjusted by less. */
const toleranceMs = 5 * 60_000

const moments = {
  licence: [licenses, licenses.createdAt],
  activation: [activations, activations.activatedAt],
  'API key': [apiKeys, apiKeys.createdAt],
  'signing key': [signingKeys, signingKeys.createdAt],
  job: [jobs, jobs.createdAt],
  delivery: [deliveries, deliveries.createdAt],
  call: [calls, calls.at],
  'telemetry record': [telemetry, telemetry.createdAt],
  'audit entry': [auditLog, auditLog.at],
} as const

export const records: readonly Check[] = [
  {
    name: 'audit',
    promise: 'the audit log is one chain, from its first entry to its last',
    remedy: 'somebody has changed the log: compare it with that of a backup, and keep both',
    find: ({ database: { read }, sealer }) => breaksIn(read, sealer),
  },
  {
    name: 'clock',
    promise: 'nothing is of a time that is still to come',
    remedy: 'set the clock of this machine, best by NTP; what was written meanwhile becomes right with time',
    async find({ database: { read }, now }) {
      const latest = new Date(now.getTime() + toleranceMs)
      const found: string[] = []
      for (const [what, [table, moment]] of Object.entries(moments)) {
        const rows = await listFuture(read, table, moment, latest)
        found.push(...rows.map((key) => `${what} ${key.join(' ')} is of a time that is still to come`))
      }
      return found
    },
  },
]

/** The first break of the chain; later entries depend on it and prove nothing. */
async function breaksIn(db: Queryable, sealer: FolderSealer): Promise<string[]> {
  const { broken } = await inspectLog(() => db, sealer)
  return broken ? [`audit entry ${broken.id}: ${broken.reason}`] : []
}
