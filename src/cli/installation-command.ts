import { resolve } from 'node:path'
import type { Command } from 'commander'
import { readConfig, type SettingName, settings, variableOf } from '../config'
import { type Installation, openInstallation } from '../installation'
import { atShell } from '../kernel/author'
import { flagOfSetting } from '../kernel/message'
import { isSecret } from '../settings/sealed'
import { readText } from './arguments'
import type { Io } from './io'
import { orStandardInput, refuseBare } from './secret-option'

type Flags = Partial<Record<SettingName, string>>

const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** Adds the flags of these settings to a command; the variables always work. */
export function withSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { doc, default: fallback } = settings[name]
    const said = fallback === '' ? '' : ` (default: ${fallback})`
    const flag = flagOfSetting(name)
    if (isSecret(name)) {
      command.option(`${flag}-file <path>`, orStandardInput(doc))
      refuseBare(command, flag, [`set ${variableOf(name)}`])
    } else command.option(`${flag} <value>`, `${doc}${said}`)
  }
  return command
}

/** The settings from a command's flags and the environment. */
export function configOf(options: Record<string, unknown>, io: Io) {
  const flags: Flags = {}
  for (const name of Object.keys(settings) as SettingName[]) {
    const value = options[camel(name)]
    if (typeof value === 'string') flags[name] = value
    const path = isSecret(name) && options[camel(`${name}_file`)]
    if (typeof path === 'string') flags[name] = readText(path).trim()
  }
  return readConfig(flags, io.env)
}

/** The settings of a command that works on a data folder. */
// Only this option is a setting; others may share a setting's name and mean something else.
const configIn = (options: Record<string, unknown>, io: Io) => configOf({ dataDir: options.dataDir }, io)

/** The data folder of a command. */
export const folderOf = (options: Record<string, unknown>, io: Io) => resolve(configIn(options, io).data_dir)

/** Opens the command's data folder, runs the work, and always closes it. */
export async function inInstallation<T>(
  options: Record<string, unknown>,
  io: Io,
  work: (installation: Installation) => Promise<T>,
  { makesFolder = false } = {},
): Promise<T> {
  const installation = await openInstallation({
    config: configIn(options, io),
    author: { actor: atShell(io.login) },
    makesFolder,
  })
  for (const thing of installation.made) io.err(`Made ${thing}.\n`)
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}
