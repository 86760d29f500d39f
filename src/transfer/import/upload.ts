import { rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Deps } from '../../deps'
import type { Upload } from '../../features/downloads/files'
import { uploadsIn, withUpload } from '../../features/downloads/uploads'
import { OperatorError } from '../../kernel/operator-error'
import { openMeter, type TellProgress } from '../../kernel/progress'
import { runCommand } from '../../upkeep/subprocess'
import type { ImportOptions } from '../tables/import-context'
import type { Result } from './counts'
import { inFields } from './field-words'
import type { MappingOptions } from './mapping'
import type { LinePosition } from './reasons'
import type { ReadingOptions, Source } from './source'

/** How to read an uploaded file, and what to do with it. */
export interface UploadOptions {
  said: Omit<MappingOptions, 'mapping'>
  reading: ReadingOptions
  importOptions: ImportOptions
  isDryRun: boolean
}

/**
 * Imports an uploaded file, which is stored in the data folder meanwhile and always removed. A dry run uses its own
 * process, so that no request waits for the copy of the database.
 */
export async function importUpload(
  deps: Pick<Deps, 'db' | 'sealer' | 'clock' | 'isServer' | 'folder'>,
  upload: Upload,
  order: UploadOptions,
): Promise<Result> {
  return withUpload(deps.folder, upload, (path) => importFile(deps, path, order))
}

/** Who hears of an import's progress, what ends it, and where its refused lines go. */
export interface ImportWatch {
  tellProgress?: TellProgress
  signal?: AbortSignal
  refusedPath?: string
}

/** Imports a file of the data folder; the sender knows it only by its name. */
export async function importFile(
  deps: Pick<Deps, 'db' | 'sealer' | 'clock' | 'isServer' | 'folder'>,
  path: string,
  order: UploadOptions,
  watch: ImportWatch = {},
): Promise<Result> {
  const name = basename(path)
  try {
    const { openSources } = await import('./source')
    const { sources } = openSources(path, { mapping: {}, ...order.said }, order.reading)
    const result = order.isDryRun
      ? await dryRunInSubprocess(deps.folder, path, order, watch)
      : await importSources(deps, sources, order, watch)
    const named = <T extends LinePosition>(place: T) => ({ ...place, file: name })
    return {
      ...result,
      reasons: result.reasons.map(({ reason, first, ...rest }) => ({
        reason: inFields(reason),
        ...rest,
        first: first.map(named),
      })),
      refusals: result.refusals.map(({ reason, ...place }) => ({ ...named(place), reason: inFields(reason) })),
      notes: result.notes.map(inFields),
    }
  } catch (error) {
    throw error instanceof OperatorError
      ? new OperatorError(inFields(error.message.replaceAll(path, name)), error.kind)
      : error
  }
}

async function importSources(
  deps: Pick<Deps, 'db' | 'sealer' | 'clock' | 'isServer'>,
  sources: Source[],
  { importOptions }: UploadOptions,
  { tellProgress, signal, refusedPath }: ImportWatch,
) {
  const [{ importLines }, { openRefused }] = await Promise.all([import('./import'), import('./refused')])
  const refused = refusedPath === undefined ? undefined : openRefused(refusedPath, false)
  const meter = openMeter(tellProgress)
  meter.begin(
    'importing',
    sources.reduce((sum, { bytes }) => sum + bytes, 0),
  )
  try {
    return await importLines(deps, sources, {
      importOptions,
      onRead(bytes) {
        signal?.throwIfAborted()
        meter.add(bytes)
      },
      onRefused: (source, lines) => refused?.write(source, lines),
    })
  } finally {
    refused?.close()
  }
}

/** Removes uploads left by a server that died. Only a server stores uploads here, and it has the folder for itself. */
export const removeAbandoned = (folder: string) => rmSync(uploadsIn(folder), { recursive: true, force: true })

async function dryRunInSubprocess(
  folder: string,
  path: string,
  { said, reading, importOptions }: UploadOptions,
  { tellProgress, signal, refusedPath }: ImportWatch,
): Promise<Result> {
  const { passphrase, createsProducts, keepsSeats, values = [], dateFormats = [] } = importOptions
  const passphraseFile = `${path}.passphrase`
  if (passphrase !== undefined) await writeFile(passphraseFile, passphrase, { mode: 0o600, flag: 'wx' })
  const pairs = (flag: string, of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([name, value]) => `${flag}=${name}=${value}`)
  const args = [
    ...['import', path, '--dry-run', `--encoding=${reading.encoding}`, `--quotes=${reading.quotes}`],
    ...(said.table === undefined ? [] : [`--table=${said.table}`]),
    ...pairs('--map', said.columns),
    ...pairs('--default', said.defaults),
    ...values.map((value) => `--value=${value}`),
    ...dateFormats.map((format) => `--date-format=${format}`),
    ...(createsProducts ? ['--create-products'] : []),
    ...(keepsSeats ? ['--keep-seats'] : []),
    ...(passphrase === undefined ? [] : [`--passphrase-file=${passphraseFile}`]),
    ...(refusedPath === undefined ? [] : [`--refused=${refusedPath}`]),
  ]
  const { value } = await runCommand(folder, args, signal, tellProgress && { onProgress: tellProgress })
  const { refused_to: _, ...result } = value
  return result
}
