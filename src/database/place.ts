import { statSync } from 'node:fs'
import { databaseIn } from './data-folder'

/** Where the data lies: a file of SQLite in the data folder, or a database of PostgreSQL. */
export type DatabasePlace =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly addresses: readonly string[] }

/** The database that the settings name; without an address, the file in the data folder. */
export const databasePlaceOf = (
  { database_url: addresses }: { database_url: readonly string[] },
  folder: string,
): DatabasePlace =>
  addresses.length ? { engine: 'postgres', addresses } : { engine: 'sqlite', path: databaseIn(folder) }

/** A place as people read it; never a password. */
export const describePlace = (place: DatabasePlace) =>
  place.engine === 'sqlite' ? place.path : place.addresses.map(withoutPassword).join(', ')

function withoutPassword(address: string): string {
  const url = new URL(address)
  url.password = ''
  return url.href
}

/** The size of a file; 0 if there is none. */
export const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
