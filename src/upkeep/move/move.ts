import { record } from '../../audit/record'
import { requireLock } from '../../database/folder-access'
import type { HeldDatabase, Holder } from '../../database/hold'
import type { Lock } from '../../database/lock'
import { type DatabasePlace, describePlace } from '../../database/place'
import { requireUnserved } from '../../database/postgres/server-lease'
import type { Deps } from '../../deps'
import { OperatorError } from '../../kernel/operator-error'
import { type Meter, openMeter, type TellProgress } from '../../kernel/progress'
import { putFact } from '../store'
import { describeNewPlace, type NewPlace, requireVacant } from './new-place'
import type { Proof } from './proof'
import { moveToFolder } from './to-folder'
import { moveToPostgres } from './to-postgres'

export type Movable = Pick<Deps, 'config' | 'database' | 'folder' | 'files' | 'sealer' | 'isServer'>

/** A move on its way. */
export interface Move {
  readonly installation: Movable
  readonly holder: Holder
  readonly now: Date
  readonly meter: Meter
  /** Before anything is copied. */
  begin(source: HeldDatabase): Promise<void>
  /** When the copy is complete and proven. */
  finish(source: HeldDatabase): Promise<void>
}

/** What was moved. */
export interface Moved extends Proof {
  readonly from: string
  readonly to: string
}

interface Moving extends Pick<Move, 'holder' | 'now'> {
  tellProgress?: TellProgress | undefined
}

/**
 * Moves an installation from SQLite to an empty database of PostgreSQL, or from PostgreSQL to a new data folder with
 * SQLite. The new place is complete and proven before the old one is marked, which is not used any more from then on;
 * whatever fails earlier leaves the new place empty and the old one in use. Throws an `OperatorError` if a server works
 * on the installation, or the destination is not empty.
 */
export async function moveInstallation(
  installation: Movable,
  destination: NewPlace,
  { holder, now, tellProgress }: Moving,
): Promise<Moved> {
  const { database } = installation
  const carryOut = moverBetween(database, destination)
  const [from, to] = [describePlace(database), describeNewPlace(destination)]
  const lock = await requireNoServer(installation)
  try {
    await requireVacant(destination)
    const proof = await carryOut({
      installation,
      holder,
      now,
      meter: openMeter(tellProgress),
      // The entry is copied too, and tells of the move at both places.
      begin: ({ tx }) => record(tx, { verb: 'installation.moved', id: to, after: { from, to } }, now),
      finish: ({ tx }) => putFact(tx, 'moved_to', { at: now.toISOString(), to }),
    })
    return { from, to, ...proof }
  } finally {
    lock.release()
  }
}

/** Throws an `OperatorError` if a server uses the installation; none starts on its folder until the lock is released. */
async function requireNoServer({ database, folder }: Movable): Promise<Lock> {
  if (database.engine === 'postgres') await requireUnserved(database.addresses)
  return requireLock(folder)
}

function moverBetween(database: DatabasePlace, destination: NewPlace): (move: Move) => Promise<Proof> {
  if (database.engine === 'sqlite' && destination.engine === 'postgres') {
    return (move) => moveToPostgres(move, database.path, destination.addresses)
  }
  if (database.engine === 'postgres' && destination.engine === 'sqlite') {
    return (move) => moveToFolder(move, database.addresses, destination.folder)
  }
  throw new OperatorError(
    database.engine === 'sqlite'
      ? 'the data is in SQLite already: name a PostgreSQL database, or take a backup and restore it to the other folder'
      : 'the data is in PostgreSQL already: name a folder, or copy the database with the tools of PostgreSQL',
    'invalid_input',
  )
}
