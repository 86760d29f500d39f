import { Type } from '@sinclair/typebox'
import { record } from '../audit/record'
import { withUpload } from '../features/downloads/uploads'
import { integer } from '../intake/model'
import { pageJobs, requireJob } from '../jobs/service'
import { counted } from '../kernel/counted'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { encodingNamed } from '../transfer/formats/encodings'
import { ColumnGuessView } from '../transfer/import/guess-view'
import {
  discardImport,
  enqueueImport,
  ImportJobView,
  importJobName,
  importView,
  storeImport,
} from '../transfer/import/job'
import { importFields, mappingIn, writtenFields } from './import-fields'
import { facts, minute, table } from './lines'
import { type OperationContext, operation, type Subject } from './operation'

const listedMax = 50

const columns = operation({
  command: 'imports columns',
  route: 'POST /imports/columns',
  role: 'owner',
  takesFile: true,
  summary: 'guess what a file holds, and which field each of its columns is; nothing is imported',
  input: Type.Object(writtenFields),
  output: ColumnGuessView,
  async run({ folder, upload }, { table, encoding = 'utf-8', quotes = 'doubled' }) {
    const { guessColumns } = await import('../transfer/import/guess')
    const reading = { table, encoding: encodingNamed(encoding), quotes }
    return withUpload(folder, upload!, (path) => guessColumns(path, reading))
  },
  show: ({ table: name, columns, missing }) => [
    `These are ${name}.`,
    ...table(
      ['COLUMN', 'FIELD', 'SAMPLES'],
      columns.map((column) => [column.name, column.field ?? '?', column.samples.join(', ')]),
      'It has no columns.',
      ['SAMPLES'],
    ),
    ...(missing.length ? [`No column holds ${missing.join(', ')}.`] : []),
  ],
})

const start = operation({
  command: 'imports start',
  route: 'POST /imports',
  role: 'owner',
  proof: 'session',
  needsProof: ({ dry_run }) => !dry_run,
  takesFile: true,
  summary: 'have the server import a file, or try it; it tells its progress, and keeps the refused lines for a day',
  input: Type.Object(importFields),
  output: ImportJobView,
  async run(context, given) {
    const { db, folder, upload, now, user } = context
    const { encoding = 'utf-8', quotes = 'doubled', dry_run: isDryRun = false } = given
    const { table, ...mapping } = mappingIn(given)
    const place = await storeImport(folder, upload!)
    try {
      const id = await db.write(async (tx) => {
        const { actor, requestId = null } = tx.author
        const id = await enqueueImport(
          tx,
          {
            ...{ place, file: upload!.name, is_dry_run: isDryRun, actor, request_id: requestId, ...mapping },
            ...(table !== undefined && { table }),
            ...{ encoding: encodingNamed(encoding), quotes },
            creates_products: given.create_products ?? false,
            keeps_seats: given.keep_seats ?? false,
            values: given.value ?? [],
            date_formats: given.date_format ?? [],
          },
          now,
        )
        if (!isDryRun)
          await record(tx, { verb: 'import.ordered', id, after: { file: upload!.name, user: user?.name } }, now)
        return id
      })
      return importView(await requireJob(db.read, id), context)
    } catch (error) {
      discardImport(folder, place)
      throw error
    }
  },
  show: ({ id, file }) => [`The server imports ${file}: "latchkey imports show ${id}" tells how far it is.`],
})

const list = operation({
  command: 'imports list',
  route: 'GET /imports',
  role: 'owner',
  summary: 'list the latest imports of the server, and how far they are',
  input: Type.Object({}),
  output: Type.Object({ imports: Type.Array(ImportJobView) }),
  async run(context) {
    const latest = { sort: '-id', limit: listedMax, after: undefined }
    const { rows } = await pageJobs(context.db.read, { kinds: [importJobName] }, latest)
    return { imports: rows.map((job) => importView(job, context)) }
  },
  show: ({ imports }) =>
    table(
      ['ID', 'SINCE (UTC)', 'FILE', 'STATE', 'MADE', 'REFUSED'],
      imports.map(({ id, ordered_at, file, is_dry_run, state, result }) => [
        ...[String(id), minute(ordered_at), file, is_dry_run ? `${state}, a trial` : state],
        ...[String(result?.made ?? ''), String(result?.refused ?? '')],
      ]),
      'The server has imported nothing of late.',
    ),
})

const show = operation({
  command: 'imports show',
  route: 'GET /imports/:id',
  role: 'owner',
  summary: 'show an import of the server: how far it is, or what came of it',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id, from the list.' }) }),
  output: ImportJobView,
  run: async (context, { id }) => importView(await requireImport(context, id), context),
  show: ({ result, ...rest }) => [
    ...facts(rest),
    ...(result
      ? [`${counted(result.made, 'line')} made, ${result.already_there} already there, ${result.refused} refused.`]
      : []),
    ...(result?.reasons ?? []).map(({ reason, lines }) => `${counted(lines, 'line')}: ${reason}`),
  ],
  isFailure: ({ state }) => state === 'failed',
})

export const imports = {
  name: 'imports',
  about: 'files that the server imports by itself; "latchkey import" imports one now',
  operations: [columns, start, list, show],
} as const satisfies Subject

/** The job of an import; throws an `OperatorError` if there is none. */
export async function requireImport({ db }: Pick<OperationContext, 'db'>, id: number) {
  const job = await requireJob(db.read, id)
  if (job.kind === importJobName) return job
  throw new OperatorError(message`job ${id} is no import: see ${remedy('imports list')}`, 'not_found')
}
