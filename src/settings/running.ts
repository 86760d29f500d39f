import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { mask } from '../audit/record'
import { type Config, isPath, type SettingName, type SettingOrigin, settings } from '../config'
import { isHeld } from '../database/lock'
import type { Sealer } from '../signing/sealing'
import { isSecret, kept, unsealed } from './sealed'

/** A server's flag or variable: which of the two, and its text. */
interface GivenSetting {
  origin: 'flag' | 'variable'
  text: string
}

type GivenSettings = Partial<Record<SettingName, GivenSetting>>

const names = Object.keys(settings) as SettingName[]
const fileIn = (folder: string) => join(folder, 'server.settings.json')

/** Writes a server's flags and variables to its folder, so that commands there use them too. */
export function publishSettings(folder: string, config: Config, sealer: Sealer) {
  const given = names.flatMap((name) => {
    const origin = config.origins[name]
    return origin === 'default' ? [] : [[name, { origin, text: publicText(name, config, sealer) }] as const]
  })
  const draft = `${fileIn(folder)}.new`
  writeFileSync(draft, JSON.stringify(Object.fromEntries(given)), { mode: 0o600 })
  renameSync(draft, fileIn(folder))
}

/** Removes the file: when the server ends, and before the next holder of the folder's lock writes its own. */
export const withdrawSettings = (folder: string) => rmSync(fileIn(folder), { force: true })

/**
 * A command's settings: its own flags and variables, then those of the running server. Settings left by a server that
 * no longer holds the folder are ignored.
 */
export function withRunningSettings(config: Config, folder: string, sealer: Sealer | undefined): Config {
  const given = readGiven(folder)
  if (!given || !isHeld(folder)) return config
  const taken = names.flatMap((name) => {
    const setting = config.origins[name] === 'default' && name !== 'data_dir' ? given[name] : undefined
    return setting ? understood(name, setting, sealer) : []
  })
  const pick = <Value>(choose: (setting: (typeof taken)[number]) => Value) =>
    Object.fromEntries(taken.map((setting) => [setting.name, choose(setting)]))
  return {
    ...config,
    ...pick(({ value }) => value),
    origins: { ...config.origins, ...pick(({ origin }) => `server_${origin}` as SettingOrigin) },
    texts: { ...config.texts, ...pick(({ text }) => text) },
  }
}

/**
 * A path made absolute, since commands have another working directory; a secret masked, but for the address of the
 * database, which commands need: it is sealed.
 */
function publicText(name: SettingName, config: Config, sealer: Sealer): string {
  if (!config.texts[name]) return ''
  if (name === 'database_url') return kept(name, config.texts[name], sealer)
  if (isSecret(name)) return mask
  return isPath(name) ? resolve(String(config[name])) : config.texts[name]
}

function readGiven(folder: string): GivenSettings | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(folder), 'utf8')) as GivenSettings
  } catch {
    return undefined
  }
}

/** The setting with its value; nothing if this version cannot parse the server's text. */
function understood(name: SettingName, { origin, text: given }: GivenSetting, sealer: Sealer | undefined) {
  try {
    const text = name === 'database_url' ? unsealed(name, given, sealer!) : given
    return [{ name, origin, text, value: settings[name].parse(text) }]
  } catch {
    return []
  }
}
