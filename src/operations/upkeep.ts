import { Type } from '@sinclair/typebox'
import { toggle } from '../intake/model'
import { DiagnosisView, examine } from '../upkeep/doctor/examine'
import { OptimizedView, optimize } from '../upkeep/optimize'
import { statusOf } from '../upkeep/status/service'
import { type Status, StatusView } from '../upkeep/status/view'
import { runCommand } from '../upkeep/subprocess'
import { facts } from './lines'
import { operation, type Subject } from './operation'
import { commandOf } from './remedy'

const nothing = Type.Object({})

const doctorOperation = operation({
  command: 'doctor',
  route: 'GET /doctor',
  role: 'viewer',
  summary: 'check the installation and name everything that is wrong; exit code 0 if all is well, 1 if not',
  input: nothing,
  output: DiagnosisView,
  run: (context) => examine(context, context.now),
  isFailure: ({ ok }) => !ok,
  show: ({ ok, checks }) => [
    ...checks.flatMap(({ name, promise, findings, remedy, remedies }) => [
      `${findings.length ? '✗' : '✓'} ${name}: ${promise}`,
      ...findings.map((finding) => `    ${finding}`),
      ...(remedy ? [`  → ${remedy}`, ...remedies.map((each) => `    ${commandOf(each)}`)] : []),
    ]),
    '',
    ok ? 'All is well.' : 'Not all is well.',
  ],
})

const statusOperation = operation({
  command: 'status',
  route: 'GET /status',
  role: 'viewer',
  summary: 'show the state of the installation: keys, activations, queue, last backup, disk, and what needs attention',
  input: nothing,
  output: StatusView,
  run: (context) => statusOf(context, context.now),
  show({ licenses, activations, verifications_24h, jobs, attention, ...rest }) {
    return [
      ...facts({
        version: rest.version,
        'data folder': rest.data_dir,
        ...(rest.uptime_seconds !== null && { 'up for': `${rest.uptime_seconds} s` }),
        licences: stocked(licenses),
        activations: `${activations.active} active, ${activations.today} since midnight (UTC)`,
        'verify in 24 h': `${verifications_24h.all} asked, ${verifications_24h.failed} failed`,
        queue: `${jobs.due} due, for ${jobs.oldest_seconds} s at most; ${jobs.queued} queued, ${jobs.running} running, ${jobs.dead} given up`,
        'last backup': rest.last_backup ? `${rest.last_backup.at}, ${rest.last_backup.path}` : 'never',
        files: `${rest.files.place}${rest.files.problem ? ', which cannot be reached' : ''}`,
        database: `${megabytes(rest.database_bytes)}, and ${megabytes(rest.wal_bytes)} in the log beside it`,
        'disk left': megabytes(rest.disk_free_bytes),
      }),
      '',
      ...attention.flatMap(({ message, remedies }) => [message, ...remedies.map((each) => `  → ${commandOf(each)}`)]),
      ...(attention.length ? [] : ['Nothing needs attention.']),
    ]
  },
})

const optimizeOperation = operation({
  command: 'optimize',
  route: 'POST /optimize',
  role: 'operator',
  summary: 'refresh query plans and write the write-ahead log back into the database; the server does this every night',
  input: Type.Object({
    wipe: Type.Optional(
      toggle({
        description: 'Overwrite the remains of deleted rows; while no server runs, rewrite the whole file.',
      }),
    ),
  }),
  output: OptimizedView,
  async run(context, { wipe = false }) {
    const { folder, isServer } = context
    if (!isServer) return optimize(context, { wipes: wipe })
    return (await runCommand(folder, ['optimize', ...(wipe ? ['--wipe'] : [])])).value
  },
  show: ({ database_bytes, reusable_bytes, wal_bytes_before, wal_bytes, rewritten, log_emptied }) => [
    ...(rewritten === undefined ? [] : [wiped(rewritten, log_emptied)]),
    'What plans of queries rest on was looked at again.',
    `The log beside the database went from ${megabytes(wal_bytes_before)} to ${megabytes(wal_bytes)}.`,
    `The database has ${megabytes(database_bytes)}, of which ${megabytes(reusable_bytes)} are free for new rows.`,
  ],
})

/** The licences in each state; expired ones are shown as a part of the assigned, which include them. */
const stocked = ({ expired, ...states }: Status['licenses']) =>
  Object.entries(states)
    .map(([state, number]) => `${number} ${state}${state === 'assigned' ? `, ${expired} of them expired` : ''}`)
    .join(', ')

const wiped = (isRewritten: boolean, isLogEmptied = false) =>
  `${isRewritten ? 'The whole file was written anew' : 'Unused pages were overwritten'}${isLogEmptied ? '.' : ', but the write-ahead log is in use: try again.'}`

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MiB`

export const doctor = {
  name: 'doctor',
  about: 'whether all holds that must hold',
  operations: [doctorOperation],
} as const satisfies Subject

export const status = {
  name: 'status',
  about: 'how things stand',
  operations: [statusOperation],
} as const satisfies Subject

export const optimizing = {
  name: 'optimize',
  about: 'tidying the database',
  operations: [optimizeOperation],
} as const satisfies Subject
