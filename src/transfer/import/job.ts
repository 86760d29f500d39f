import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import type { Job } from '../../../db/schema/work'
import type { Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import { storeAt, type Upload } from '../../features/downloads/files'
import { declareJob, handles, type Run } from '../../jobs/job'
import { enqueue } from '../../jobs/service'
import { dayMs, hourMs } from '../../kernel/durations'
import { OperatorError } from '../../kernel/operator-error'
import { counter, nullable, nullableTimestamp, timestamp, view, word } from '../../kernel/view'
import { quoteStyles } from '../formats/csv-dialect'
import { ImportResultView } from './counts'
import { importFile } from './upload'

const Pairs = Type.Record(Type.String(), Type.String())
const Texts = Type.Array(Type.String())

/** A file that the server imports, in a folder of its own, and how to read it. */
const importJob = declareJob(
  'import',
  Type.Object({
    place: Type.String(),
    file: Type.String(),
    is_dry_run: Type.Boolean(),
    actor: Type.String(),
    request_id: Type.Union([Type.String(), Type.Null()]),
    table: Type.Optional(Type.String()),
    columns: Pairs,
    defaults: Pairs,
    encoding: Type.String(),
    quotes: Type.Union(quoteStyles.map((style) => Type.Literal(style))),
    creates_products: Type.Boolean(),
    keeps_seats: Type.Boolean(),
    values: Texts,
    date_formats: Texts,
  }),
  { delaysMs: [60_000], leaseMs: 12 * hourMs, atOnceMax: 1 },
)
export type ImportOrder = Omit<Static<typeof importJob.payload>, 'place' | 'file'>

export const importJobName = importJob.name

/** An import by the server. */
export const ImportJobView = view('ImportJob', {
  id: Type.Integer({ description: 'The id of its job.' }),
  file: Type.String(),
  is_dry_run: Type.Boolean(),
  state: word(['queued', 'running', 'done', 'failed']),
  done_bytes: counter('How much of the file was read.'),
  of_bytes: counter('The whole file; 0 while nobody can tell.'),
  error: nullable(Type.String({ description: 'Why it failed.' })),
  result: nullable(ImportResultView),
  has_refused: Type.Boolean({ description: 'Whether the refused lines can be fetched as a file.' }),
  ordered_at: timestamp(),
  finished_at: nullableTimestamp(),
})

const keptMs = dayMs
const placesIn = (folder: string) => join(folder, 'import-jobs')
const placeOf = (folder: string, { place }: { place: string }) => join(placesIn(folder), place)
const resultIn = (place: string) => join(place, 'result.json')
const refusedIn = (place: string, file: string) => join(place, 'refused', file)

/** Stores the file of an import until its job has run and a day has passed; returns its place. */
export async function storeImport(folder: string, upload: Upload): Promise<string> {
  const place = randomUUID()
  await storeAt(join(placesIn(folder), place, upload.name), upload)
  return place
}

/** Enqueues an import of a stored file; returns the id of its job. */
export const enqueueImport = (tx: Tx, payload: Static<typeof importJob.payload>, now: Date) =>
  enqueue(tx, importJob, payload, { now })

/** Removes a stored file that was not imported. */
export const discardImport = (folder: string, place: string) =>
  rmSync(placeOf(folder, { place }), { recursive: true, force: true })

/** Removes the files of imports that ended before that moment; all that have ended without one. */
export function removeImports(folder: string, before = Number.POSITIVE_INFINITY) {
  const found = existsSync(placesIn(folder)) ? readdirSync(placesIn(folder)) : []
  for (const place of found) {
    const ended = statSync(resultIn(placeOf(folder, { place })), { throwIfNoEntry: false })
    if (ended && ended.mtimeMs < before) discardImport(folder, place)
  }
}

type Installation = Pick<Deps, 'db' | 'sealer' | 'clock' | 'isServer' | 'folder' | 'progress'>

/** Imports files, one after the other; and forgets them a day later. */
export const importJobs = (installation: Installation) => [
  handles(importJob, (payload, run) => importStored(installation, payload, run)),
  handles(declareJob('import.sweep', Type.Object({}), { everyMs: hourMs }), async (_, { now }) => {
    removeImports(installation.folder, now.getTime() - keptMs)
    return {}
  }),
]

async function importStored(
  installation: Installation,
  payload: Static<typeof importJob.payload>,
  { jobId, isLast, signal }: Run,
) {
  const { db, folder, progress } = installation
  const place = placeOf(folder, payload)
  const author = { actor: payload.actor, ...(payload.request_id !== null && { requestId: payload.request_id }) }
  const path = join(place, payload.file)
  const outcome = await progress
    .during(`import ${jobId}`, (tellProgress) =>
      importFile({ ...installation, db: db.as(author) }, path, orderOf(payload), {
        tellProgress,
        signal,
        refusedPath: refusedIn(place, payload.file),
      }),
    )
    .then(
      (result) => ({ result }),
      async (error) => {
        if (error instanceof OperatorError && !signal.aborted) return { error: error.message }
        // The job tells what was wrong; this lets the files go a day later.
        if (isLast && !signal.aborted) await putResult(place, {})
        throw error
      },
    )
  await putResult(place, outcome)
  return {}
}

const putResult = (place: string, outcome: { result?: unknown; error?: string }) =>
  writeFile(resultIn(place), JSON.stringify(outcome), { mode: 0o600 })

const orderOf = (payload: Static<typeof importJob.payload>) => ({
  said: { table: payload.table, columns: payload.columns, defaults: payload.defaults },
  reading: { encoding: payload.encoding as never, quotes: payload.quotes },
  importOptions: {
    createsProducts: payload.creates_products,
    keepsSeats: payload.keeps_seats,
    dateFormats: payload.date_formats,
    values: payload.values,
    passphrase: undefined,
  },
  isDryRun: payload.is_dry_run,
})

/** A job as an import: its progress, or its result while the files are there. */
export function importView(
  job: Job,
  { folder, progress }: Pick<Deps, 'folder' | 'progress'>,
): Static<typeof ImportJobView> {
  const payload = job.payload as Static<typeof importJob.payload>
  const place = placeOf(folder, payload)
  const { done = 0, of = 0 } = progress.of(`import ${job.id}`) ?? {}
  const { result = null, error = job.lastError } = existsSync(resultIn(place))
    ? JSON.parse(readFileSync(resultIn(place), 'utf8'))
    : {}
  const isFailed = error !== null || job.state === 'dead'
  return {
    id: job.id,
    file: payload.file,
    is_dry_run: payload.is_dry_run,
    state: job.state === 'done' || job.state === 'dead' ? (isFailed ? 'failed' : 'done') : job.state,
    done_bytes: done,
    of_bytes: of,
    error,
    result,
    has_refused: job.state === 'done' && existsSync(refusedIn(place, payload.file)),
    ordered_at: job.createdAt.toISOString(),
    finished_at: job.finishedAt?.toISOString() ?? null,
  }
}

/** The file of an import's refused lines with their reasons, and its name; undefined if there is none. */
export function refusedFileOf(job: Job, folder: string): { path: string; name: string } | undefined {
  const payload = job.payload as Static<typeof importJob.payload>
  const path = refusedIn(placeOf(folder, payload), payload.file)
  const extension = extname(payload.file)
  const name = `${payload.file.slice(0, payload.file.length - extension.length)}.refused${extension}`
  return existsSync(path) ? { path, name } : undefined
}
