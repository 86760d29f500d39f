import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deps } from '../../deps'
import { storeAt, type Upload } from '../../features/downloads/files'
import { OperatorError } from '../../kernel/operator-error'
import { runCommand } from '../../upkeep/subprocess'
import type { ImportOptions } from '../tables/import-context'
import type { Result } from './counts'
import { inFields } from './field-words'
import { importLines } from './import'
import type { MappingOptions } from './mapping'
import type { LinePosition } from './reasons'
import { openSources, type ReadingOptions } from './source'

const uploadsIn = (folder: string) => join(folder, 'imports')

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
  const place = join(uploadsIn(deps.folder), randomUUID())
  const path = join(place, upload.name)
  try {
    await storeAt(path, upload)
    const { sources } = openSources(path, { mapping: {}, ...order.said }, order.reading)
    const result = order.isDryRun
      ? await dryRunInSubprocess(deps.folder, path, order)
      : await importLines(deps, sources, { importOptions: order.importOptions, onRefused() {} })
    const named = <T extends LinePosition>(place: T) => ({ ...place, file: upload.name })
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
    // The sender knows the file only by its name.
    throw error instanceof OperatorError
      ? new OperatorError(inFields(error.message.replaceAll(path, upload.name)), error.kind)
      : error
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Removes uploads left by a server that died. Only a server stores uploads here, and it has the folder for itself. */
export const removeAbandoned = (folder: string) => rmSync(uploadsIn(folder), { recursive: true, force: true })

async function dryRunInSubprocess(
  folder: string,
  path: string,
  { said, reading, importOptions }: UploadOptions,
): Promise<Result> {
  const { passphrase, createsProducts, keepsSeats, values = [], dateFormats = [] } = importOptions
  const passphraseFile = `${path}.passphrase`
  if (passphrase !== undefined) await writeFile(passphraseFile, passphrase, { mode: 0o600, flag: 'wx' })
  const pairs = (flag: string, of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([name, value]) => `${flag}=${name}=${value}`)
  const { value } = await runCommand(folder, [
    ...['import', path, '--dry-run', `--encoding=${reading.encoding}`, `--quotes=${reading.quotes}`],
    ...(said.table === undefined ? [] : [`--table=${said.table}`]),
    ...pairs('--map', said.columns),
    ...pairs('--default', said.defaults),
    ...values.map((value) => `--value=${value}`),
    ...dateFormats.map((format) => `--date-format=${format}`),
    ...(createsProducts ? ['--create-products'] : []),
    ...(keepsSeats ? ['--keep-seats'] : []),
    ...(passphrase === undefined ? [] : [`--passphrase-file=${passphraseFile}`]),
  ])
  const { refused_to: _, ...result } = value
  return result
}
