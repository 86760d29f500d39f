import { resolve } from 'node:path'
import { describePlace } from '../../database/place'
import { inspectPostgres } from '../../database/postgres/migrate'
import { OperatorError } from '../../kernel/operator-error'
import { databaseUrl } from '../../kernel/setting-values'
import { requireEmpty } from '../new-folder'

/** Where an installation moves to: an empty database of PostgreSQL, or a new data folder with SQLite. */
export type NewPlace =
  | { readonly engine: 'postgres'; readonly addresses: readonly string[] }
  | { readonly engine: 'sqlite'; readonly folder: string }

/** Reads a destination: an address of PostgreSQL as in `database_url`, or the path of a folder. */
export function parseNewPlace(text: string): NewPlace {
  if (!/^\w+:\/\//.test(text) && text !== '') return { engine: 'sqlite', folder: resolve(text) }
  try {
    const addresses = databaseUrl(text)
    if (addresses.length) return { engine: 'postgres', addresses }
  } catch {
    // Its text may hold a password, and is not repeated.
  }
  throw new OperatorError(
    'the place to move to has another form, but it takes postgres://user:password@host/database, or the path of a folder',
    'invalid_input',
  )
}

/** The destination as people read it; never a password. */
export const describeNewPlace = (destination: NewPlace) =>
  destination.engine === 'sqlite' ? destination.folder : describePlace(destination)

export const hasPassword = (destination: NewPlace) =>
  destination.engine === 'postgres' &&
  destination.addresses
    .map((address) => new URL(address))
    .some((url) => url.password || url.searchParams.has('password'))

/** Throws an `OperatorError` unless there is room at the destination: it is fit for use, and nothing is there yet. */
export async function requireVacant(destination: NewPlace) {
  if (destination.engine === 'sqlite') return requireEmpty(destination.folder, 'move')
  const shown = describeNewPlace(destination)
  try {
    if (!(await inspectPostgres(destination.addresses))) return
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    throw new OperatorError(`nothing can move to ${shown}: ${error.message}`)
  }
  throw new OperatorError(`${shown} is not empty, it holds an installation of Latchkey: name an empty database`)
}
