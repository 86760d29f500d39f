import { OperatorError } from '../kernel/operator-error'
import { sha256 } from '../kernel/secrets'

export interface Migration {
  tag: string
  sql: string
}

/**
 * The migrations still to apply, by the tag and the hash of those that were. Throws if a newer version wrote the
 * database or a migration was altered.
 */
export function pendingMigrations(applied: readonly [string, string][], all: readonly Migration[]): Migration[] {
  for (const [tag, hash] of applied) {
    const known = all.find((migration) => migration.tag === tag)
    if (!known) {
      throw new OperatorError(
        `the database was written by a newer Latchkey (it has "${tag}"): run that version, or restore a backup made before it`,
      )
    }
    if (sha256(known.sql) !== hash) {
      throw new OperatorError(
        `the migration "${tag}" differs from the one that made this database, which is damaged or was altered: restore it from a backup`,
      )
    }
  }
  const done = new Set(applied.map(([tag]) => tag))
  return all.filter(({ tag }) => !done.has(tag))
}
