import { type Config, type StorableName, settings, storableNames, textOf } from '../config'
import type { Db } from '../database/database'
import type { Sealer } from '../signing/sealing'
import { unsealed } from './sealed'

/**
 * The settings as they stand whenever one is read: what the process was given, else what an operator has stored, by
 * whichever process, else the default. A stored value that cannot be read counts as none.
 */
export function liveConfig(given: Config, { storedSettings }: Pick<Db, 'storedSettings'>, sealer: Sealer): Config {
  let seen: ReadonlyMap<string, string> | undefined
  let held: ReadonlyMap<StorableName, Readable> = new Map()

  /** As they were parsed last: a list stays the same list until something changes. */
  function current() {
    const stored = storedSettings()
    if (stored !== seen) {
      held = new Map(storableNames.flatMap((name) => readable(name, stored.get(name), sealer)))
      seen = stored
    }
    return held
  }

  const live = { ...given, texts: { ...given.texts } }
  for (const name of storableNames) {
    if (given.origins[name] !== 'default') continue
    const define = (object: object, get: () => unknown) =>
      Object.defineProperty(object, name, { enumerable: true, get })
    define(live, () => current().get(name)?.value ?? given[name])
    define(live.texts, () => current().get(name)?.text ?? given.texts[name])
  }
  return live
}

/**
 * The settings of the last read, for what every answer needs, also the answer that says that the stored settings cannot be
 * read: their values are those that could be read last, or those the process was given.
 */
export function settingsOfLastRead(config: Config, given: Config): Config {
  const held = Object.create(config) as Config
  for (const name of storableNames) {
    let last: Config[StorableName] = given[name]
    const get = () => {
      try {
        last = config[name]
      } catch {
        // What reads the settings themselves tells of it.
      }
      return last
    }
    Object.defineProperty(held, name, { enumerable: true, get })
  }
  return held
}

/** A stored setting that could be read. */
interface Readable {
  value: Config[StorableName]
  text: string
}

function readable(name: StorableName, kept: string | undefined, sealer: Sealer) {
  if (kept === undefined) return []
  try {
    const text = unsealed(name, kept, sealer)
    const value = settings[name].parse(text)
    return [[name, { value, text: textOf(value, text) }] as const]
  } catch {
    return []
  }
}
