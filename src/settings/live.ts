import { type Config, type StorableName, settings, storableNames } from '../config'
import type { Db } from '../database/database'
import type { Sealer } from '../signing/sealing'
import { unsealed } from './sealed'

/**
 * The settings as they stand whenever one is read: what the process was given, else what an operator has stored, by
 * whichever process, else the default. A stored value that cannot be read counts as none.
 */
export function liveConfig(given: Config, db: Pick<Db, 'storedSettings'>, sealer: Sealer): Config {
  let seen: ReadonlyMap<string, string> | undefined
  let values: Partial<Config> = {}

  /** As they were parsed last: a list stays the same list until something changes. */
  function current() {
    const stored = db.storedSettings()
    if (stored !== seen) {
      values = Object.fromEntries(storableNames.flatMap((name) => readable(name, stored.get(name), sealer)))
      seen = stored
    }
    return values
  }

  const live = { ...given }
  for (const name of storableNames) {
    if (given.origins[name] !== 'default') continue
    Object.defineProperty(live, name, { enumerable: true, get: () => current()[name] ?? given[name] })
  }
  return live
}

function readable(name: StorableName, value: string | undefined, sealer: Sealer) {
  if (value === undefined) return []
  try {
    return [[name, settings[name].parse(unsealed(name, value, sealer))] as const]
  } catch {
    return []
  }
}
