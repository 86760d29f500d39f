import { type Command, Option } from 'commander'
import type { Job } from '../../db/schema/work'
import { requireJob, retryJob } from '../jobs/service'
import { listJobs } from '../jobs/store'
import { facts, minute, table } from '../operations/lines'
import { abandonJob } from '../webhooks/service'
import { wholeNumber } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

const states = ['queued', 'running', 'done', 'dead'] satisfies Job['state'][]

/** `latchkey job list | show | retry | delete` */
export function jobCommand(program: Command, io: Io) {
  const job = program.command('job').description('work that is queued, done or has failed for good')
  const one = (name: string) =>
    withSettings(job.command(name), ['data_dir'])
      .argument('<id>', 'its id, as "job list" shows it', wholeNumber(1))
      .option('--json', 'print the job as JSON')

  withSettings(job.command('list'), ['data_dir'])
    .description('the latest jobs')
    .addOption(new Option('--state <state>', 'only those in this state').choices(states))
    .option('--limit <n>', 'how many at most', wholeNumber(1), 100)
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db }) => {
        const jobs = await listJobs(db.read, options.state, options.limit)
        const headings = ['ID', 'KIND', 'STATE', 'ATTEMPTS', 'DUE', 'ERROR']
        report(io, options, { jobs: jobs.map(asJson) }, table(headings, jobs.map(asRow), 'There is no such job.'))
      }),
    )

  one('show')
    .description('all that is known of one job')
    .action((id, options) =>
      inHouse(options, io, async ({ db }) => {
        const shown = asJson(await requireJob(db.read, id))
        report(io, options, shown, facts(shown))
      }),
    )

  one('retry')
    .description('run a dead job again, or one that waits at once')
    .action((id, options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const retried = await db.write((tx) => retryJob(tx, id, clock()))
        report(io, options, asJson(retried), [`Job ${id} is due now.`])
      }),
    )

  one('delete')
    .description('take a job out of the queue: it is not done any more')
    .action((id, options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const deleted = await db.write((tx) => abandonJob(tx, id, clock()))
        report(io, options, asJson(deleted), [`Job ${id} is deleted.`])
      }),
    )
}

const asJson = (job: Job) => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  lane: job.lane,
  payload: job.payload,
  attempts: job.attempts,
  run_at: job.runAt.toISOString(),
  last_error: job.lastError,
  created_at: job.createdAt.toISOString(),
  finished_at: job.finishedAt?.toISOString() ?? null,
})

const asRow = (job: Job) => [
  String(job.id),
  job.kind,
  job.state,
  String(job.attempts),
  job.state === 'queued' ? minute(job.runAt) : '–',
  job.lastError ?? '',
]
