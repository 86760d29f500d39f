import { isAbsolute } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { mask, record } from '../audit/record'
import {
  type Config,
  isPath,
  parseSetting,
  type SettingName,
  type SettingOrigin,
  type StorableName,
  settings,
  storableNames,
  textOf,
  variableOf,
} from '../config'
import type { Queryable, Tx } from '../database/connection'
import { flagOfSetting, message, remedy, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { formOf } from '../kernel/setting-values'
import { nullable, nullableTimestamp, view, word } from '../kernel/view'
import type { Sealer } from '../signing/sealing'
import { secretAlong } from './destination'
import { requireAgreement } from './policy'
import { isSecret, kept } from './sealed'
import { deleteStored, findStored, listStored, upsertStored } from './store'
import { settingSubjects, subjectOfSetting } from './subjects'

export { listStored, upsertStored } from './store'

const sources = ['flag', 'variable', 'server_flag', 'server_variable', 'stored', 'default'] as const satisfies (
  | SettingOrigin
  | 'stored'
)[]

/** A setting as operators see it: its value as text, masked if secret. */
export const SettingView = view('Setting', {
  name: word(Object.keys(settings) as SettingName[]),
  value: Type.String({ description: 'As text; a secret is masked.' }),
  source: word(sources, 'Where the value comes from.'),
  is_overridden: Type.Boolean({
    description: 'A value is stored, and a flag or variable of this process or of the running server goes before it.',
  }),
  default: Type.String(),
  is_storable: Type.Boolean({ description: 'Whether it can be stored, and changed while the server runs.' }),
  subject: word(settingSubjects, 'What it is about.'),
  type: word(['text', 'number', 'choice', 'addresses', 'origins', 'url', 'interval'], 'What kind of text it takes.'),
  choices: Type.Array(Type.String(), { description: 'The words it takes, where it takes no other.' }),
  minimum: nullable(Type.Integer()),
  maximum: nullable(Type.Integer()),
  is_secret: Type.Boolean(),
  is_path: Type.Boolean({ description: 'Whether it names a place on the server’s machine.' }),
  flag: Type.String({ description: 'The flag of the server that goes before what is stored.' }),
  variable: Type.String({ description: 'The variable that goes before what is stored.' }),
  updated_at: nullableTimestamp('When it was stored.'),
  doc: Type.String(),
})

/** Every setting, as it applies to this process. */
export async function listSettings(db: Queryable, config: Config): Promise<Static<typeof SettingView>[]> {
  const stored = new Map((await listStored(db)).map((row) => [row.name, row.updatedAt]))
  return (Object.keys(settings) as SettingName[]).map((name) => {
    const { doc, default: fallback, isStorable, parse } = settings[name]
    const { type, choices = [], minimum = null, maximum = null } = formOf(parse)
    const origin = config.origins[name]
    const updatedAt = stored.get(name)
    return {
      name,
      value: shown(name, config),
      source: updatedAt && origin === 'default' ? 'stored' : origin,
      is_overridden: updatedAt !== undefined && origin !== 'default',
      default: fallback,
      is_storable: isStorable,
      subject: subjectOfSetting(name),
      ...{ type, choices: [...choices], minimum, maximum },
      is_secret: isSecret(name),
      is_path: isPath(name),
      flag: flagOfSetting(name),
      variable: variableOf(name),
      updated_at: updatedAt?.toISOString() ?? null,
      doc,
    }
  })
}

/** The setting with that name, in any case; throws an `OperatorError` if there is none. */
export function requireSetting(word: string): SettingName {
  const name = word.toLowerCase().replaceAll('-', '_')
  if (Object.hasOwn(settings, name)) return name as SettingName
  throw new OperatorError(message`there is no setting "${word}": see ${remedy('setting list')}`, 'invalid_input')
}

/** The storable setting with that name; throws an `OperatorError` if there is none or only the process can have it. */
export function requireStorable(word: string): StorableName {
  const name = requireSetting(word)
  const storable = storableNames.find((each) => each === name)
  if (storable) return storable
  throw new OperatorError(
    message`${name} is not stored: start the server with ${settingRef(name)} or ${variableOf(name)}`,
    'invalid_input',
  )
}

/** The current settings, and what storing them takes. */
interface Keeper {
  config: Config
  sealer: Sealer
  now: Date
}

/** A setting's new value, as text. */
interface NewValue {
  name: StorableName
  text: string
  /** The secret that is sent to where the setting points, given anew. */
  secret?: string | undefined
}

/**
 * Stores a setting; every process on this folder uses it from then on, unless a flag or variable overrides it. Throws
 * an `OperatorError` if the value does not parse or contradicts another setting.
 */
export async function storeSetting(tx: Tx, newValue: NewValue, { config, sealer, now }: Keeper) {
  const { name, text } = newValue
  const value = parseSetting(name, text, name)
  requireAbsolute(name, text)
  const along = await secretAlong(tx, newValue, config)
  requireAgreement({ ...config, [name]: value, ...(along && { [along.name]: along.text }) } as Config)
  await put(tx, { name, text: textOf(value, text) }, { sealer, now })
  if (along) await put(tx, along, { sealer, now })
}

/** Stores several settings that only agree together. Throws as `storeSetting` does. */
export async function storeSettings(tx: Tx, texts: ReadonlyMap<StorableName, string>, keeper: Keeper) {
  const parsed = [...texts].map(([name, text]) => {
    requireAbsolute(name, text)
    return [name, parseSetting(name, text, name)] as const
  })
  requireAgreement({ ...keeper.config, ...Object.fromEntries(parsed) } as Config)
  for (const [name, value] of parsed) await put(tx, { name, text: textOf(value, texts.get(name)!) }, keeper)
}

function requireAbsolute(name: StorableName, text: string) {
  if (!isPath(name) || !text || isAbsolute(text)) return
  throw new OperatorError(
    `${name} is "${text}", but it takes a path from the root: the server may run elsewhere`,
    'invalid_input',
  )
}

async function put(tx: Tx, { name, text }: NewValue, { sealer, now }: Omit<Keeper, 'config'>) {
  const before = await findStored(tx, name)
  const after = { name, value: kept(name, text, sealer), updatedAt: now }
  await upsertStored(tx, after)
  await record(tx, { verb: 'setting.set', id: name, before: audited(before), after: audited(after) }, now)
}

/** Deletes a stored setting; a flag, a variable or the default applies from then on. */
export async function forgetSetting(tx: Tx, name: StorableName, { config, now }: Omit<Keeper, 'sealer'>) {
  const before = await findStored(tx, name)
  if (!before)
    throw new OperatorError(message`nothing is stored for ${name}: see ${remedy('setting list')}`, 'not_found')
  if (config.origins[name] === 'default') {
    requireAgreement({ ...config, [name]: parseSetting(name, settings[name].default, name) } as Config)
  }
  await deleteStored(tx, name)
  await record(tx, { verb: 'setting.unset', id: name, before: audited(before) }, now)
}

/** A stored setting for the audit log; a sealed value is in a field that is always masked. */
const audited = (row: { name: string; value: string } | undefined) =>
  row && (isSecret(row.name) ? { sealedSecret: row.value } : { value: row.value })

function shown(name: SettingName, config: Config) {
  const value = config.texts[name]
  return value && isSecret(name) ? mask : value
}
