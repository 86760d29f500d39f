import { Type } from '@sinclair/typebox'
import { toggle } from '../intake/model'
import { RetentionView, retain } from '../upkeep/retention/service'
import { minute, table } from './lines'
import { operation, type Subject } from './operation'

const run = operation({
  command: 'retention run',
  route: 'POST /retention',
  role: 'owner',
  summary: 'delete what is older than the settings keep_… allow; the server does this every night',
  input: Type.Object({ dry_run: Type.Optional(toggle({ description: 'Only count; delete nothing.' })) }),
  output: RetentionView,
  async run({ db, config, now }, { dry_run = false }) {
    return { dry_run, removed: await retain(db, config, { now, isTrial: dry_run }) }
  },
  show: ({ dry_run, removed }) =>
    table(
      ['WHAT', 'OLDER THAN (UTC)', dry_run ? 'ROWS THAT WOULD GO' : 'ROWS REMOVED'],
      removed.map(({ what, before, rows }) => [what.replaceAll('_', ' '), minute(before), String(rows)]),
      'Everything is kept for ever.',
    ),
})

export const retention = {
  name: 'retention',
  about:
    'how long things are kept that pile up: calls, deliveries, jobs, telemetry, freed seats, ended sessions, uses of old keys',
  operations: [run],
} as const satisfies Subject
