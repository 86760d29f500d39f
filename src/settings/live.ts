import { type Config, type StorableName, settings, storableNames, textOf } from '../config'
import type { Db } from '../database/database'
import type { Sealer } from '../signing/sealing'
import { unsealed } from './sealed'

/**
 * The current settings at each read: the process's own flags and variables, else the stored values, whichever process
 * stored them, else the defaults. A stored value that cannot be read is ignored.
 */
export function liveConfig(given: Config, { storedSettings }: Pick<Db, 'storedSettings'>, sealer: Sealer): Config {
  let seen: ReadonlyMap<string, string> | undefined
  let held: ReadonlyMap<StorableName, Readable> = new Map()

  /** The parsed values, cached: a list stays the same object until something changes. */
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
 * The settings of the last successful read, for what every answer needs, including the answer that reports unreadable
 * stored settings. Before any read, the process's own.
 */
export function settingsOfLastRead(config: Config, given: Config): Config {
  const held = Object.create(config) as Config
  for (const name of storableNames) {
    let last: Config[StorableName] = given[name]
    const get = () => {
      try {
        last = config[name]
      } catch {
        // The code that needs the live settings reports the failure.
      }
      return last
    }
    Object.defineProperty(held, name, { enumerable: true, get })
  }
  return held
}

/** A stored setting that parsed. */
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
