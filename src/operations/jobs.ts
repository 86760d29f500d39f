import { Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { integer, list as listOf, notOneOf, text, toggle } from '../intake/model'
import { pageJobs, requireJob, retryDead, retryJob } from '../jobs/service'
import { JobView, jobStates, jobView } from '../jobs/view'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { counter } from '../kernel/view'
import { abandonJob } from '../webhooks/deliveries'
import { statesWanted, words } from './filters'
import { facts, minute } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'

/** Every kind of job a server has a handler for. */
export const jobKinds: readonly string[] = [
  'deliver',
  'fulfil-order',
  'licenses.expiry',
  'licenses.bulk',
  'import',
  'import.sweep',
  'backup',
  'backup.schedule',
  'upkeep',
  'audit.checkpoint',
]

const id = integer({ minimum: 1, description: 'The id, from the list.' })

const list = listing({
  command: 'job list',
  route: 'GET /jobs',
  summary: 'list the latest jobs',
  plural: 'jobs',
  row: JobView,
  filters: Type.Object({
    state: words(jobStates, 'Only those in one of these states', ['dead', 'queued,running']),
    failed: Type.Optional(toggle({ description: 'Only jobs that failed permanently.' })),
    kind: Type.Optional(
      listOf({ description: 'Only those of these kinds', examples: ['deliver', 'deliver,fulfil-order'] }),
    ),
  }),
  sorts: ['-id', 'run_at', 'attempts'],
  async page({ db }, { state, failed, kind }, wanted) {
    await requireKinds(db.read, kind ?? [])
    const filter = { states: statesWanted(state, failed, 'dead'), kinds: kind }
    const { rows, next } = await pageJobs(db.read, filter, wanted)
    return { rows: rows.map(jobView), next }
  },
  columns: {
    ID: (job) => String(job.id),
    KIND: (job) => job.kind,
    STATE: (job) => job.state,
    ATTEMPTS: (job) => String(job.attempts),
    'DUE (UTC)': (job) => (job.state === 'queued' ? minute(job.run_at) : '–'),
    ERROR: (job) => job.last_error ?? '',
  },
  freeText: ['ERROR'],
  none: 'There is no such job.',
})

const show = operation({
  command: 'job show',
  route: 'GET /jobs/:id',
  role: 'viewer',
  summary: 'show a job',
  input: Type.Object({ id }),
  output: JobView,
  run: async ({ db }, { id }) => jobView(await requireJob(db.read, id)),
  show: facts,
})

const retry = operation({
  command: 'job retry',
  route: 'POST /jobs/retry',
  bare: ['id'],
  role: 'operator',
  summary: 'run a dead job again, or a waiting one now, or all dead jobs of a kind',
  input: Type.Object({
    id: Type.Optional(id),
    kind: Type.Optional(text({ description: 'All dead jobs of this kind', examples: ['deliver'] })),
  }),
  output: Type.Union([JobView, Type.Object({ retried: counter('How many jobs are due now.') })]),
  async run({ db, now }, { id, kind }) {
    if (id !== undefined && kind === undefined) return jobView(await db.write((tx) => retryJob(tx, id, now)))
    if (kind !== undefined && id === undefined) {
      await requireKinds(db.read, [kind])
      return { retried: await retryDead(db, kind, now) }
    }
    throw new OperatorError(message`give either the id of a job or ${fieldRef('kind')}`, 'invalid_input')
  },
  show: (value) => [
    'retried' in value
      ? `${value.retried} ${value.retried === 1 ? 'job is' : 'jobs are'} due now.`
      : `Job ${value.id} is due now.`,
  ],
})

const remove = operation({
  command: 'job delete',
  route: 'DELETE /jobs/:id',
  role: 'operator',
  summary: 'delete a job; it will not run',
  input: Type.Object({ id }),
  output: JobView,
  loses: async ({ id }, { db }) => {
    const { kind, state } = await requireJob(db.read, id)
    return state === 'done' ? '' : `Job ${id}, ${kind}, is not done any more then.`
  },
  run: async ({ db, now }, { id }) => jobView(await db.write((tx) => abandonJob(tx, id, now))),
  show: ({ id }) => [`Job ${id} is deleted.`],
})

export const jobs = {
  name: 'job',
  about: 'background jobs: queued, running, done, failed',
  operations: [list, show, retry, remove],
} as const satisfies Subject

/**
 * Throws an `OperatorError` for a kind that has neither a handler nor jobs; older versions may have left jobs of other
 * kinds.
 */
async function requireKinds(db: Queryable, kinds: string[]) {
  for (const kind of kinds.filter((each) => !jobKinds.includes(each))) {
    const { rows } = await pageJobs(db, { kinds: [kind] }, { sort: 'id', limit: 1 })
    if (!rows.length)
      throw new OperatorError(
        `there is no such kind of job: ${notOneOf(kind, jobKinds).replace(/\.$/, '')}`,
        'invalid_input',
      )
  }
}
