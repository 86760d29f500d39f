import { isAbsolute } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { record } from '../audit/record'
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
import { message, remedy, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { nullableTimestamp, view, word } from '../kernel/view'
import type { Sealer } from '../signing/sealing'
import { secretAlong } from './destination'
import { requireAgreement } from './policy'
import { isSecret, kept, secretMask } from './sealed'
import { deleteStored, findStored, listStored, upsertStored } from './store'

export { listStored, upsertStored } from './store'

const sources = ['flag', 'variable', 'server_flag', 'server_variable', 'stored', 'default'] as const satisfies (
  | SettingOrigin
  | 'stored'
)[]

/** A setting as an operator sees it: its value as text, a secret one masked. */
export const SettingView = view('Setting', {
  name: word(Object.keys(settings) as SettingName[]),
  value: Type.String({ description: 'As text; a secret is masked.' }),
  source: word(sources, 'Where the value comes from.'),
  is_overridden: Type.Boolean({
    description: 'A value is stored, and a flag or variable of this process or of the running server goes before it.',
  }),
  default: Type.String(),
  is_storable: Type.Boolean(),
  updated_at: nullableTimestamp('When it was stored.'),
  doc: Type.String(),
})

/** Every setting as it stands for this process. */
export async function listSettings(db: Queryable, config: Config): Promise<Static<typeof SettingView>[]> {
  const stored = new Map((await listStored(db)).map((row) => [row.name, row.updatedAt]))
  return (Object.keys(settings) as SettingName[]).map((name) => {
    const { doc, default: fallback, isStorable } = settings[name]
    const origin = config.origins[name]
    const updatedAt = stored.get(name)
    return {
      name,
      value: shown(name, config),
      source: updatedAt && origin === 'default' ? 'stored' : origin,
      is_overridden: updatedAt !== undefined && origin !== 'default',
      default: fallback,
      is_storable: isStorable,
      updated_at: updatedAt?.toISOString() ?? null,
      doc,
    }
  })
}

/** The setting of that name, in upper or lower case; one that is not there is an `OperatorError`. */
export function requireSetting(word: string): SettingName {
  const name = word.toLowerCase().replaceAll('-', '_')
  if (Object.hasOwn(settings, name)) return name as SettingName
  throw new OperatorError(message`there is no setting "${word}": see ${remedy('setting list')}`, 'invalid_input')
}

/** The setting of that name; one that is not there, or only the process has, is an `OperatorError`. */
export function requireStorable(word: string): StorableName {
  const name = requireSetting(word)
  const storable = storableNames.find((each) => each === name)
  if (storable) return storable
  throw new OperatorError(
    message`${name} is not stored: start the server with ${settingRef(name)} or ${variableOf(name)}`,
    'invalid_input',
  )
}

/** Who keeps settings, and those that stand now. */
interface Keeper {
  config: Config
  sealer: Sealer
  now: Date
}

/** A value for a setting, as it is written. */
interface AnswerOptions {
  name: StorableName
  text: string
  /** The secret that goes where the setting says, given anew. */
  secret?: string | undefined
}

/**
 * Stores a setting; every process on this folder reads it from then on, unless a flag or variable goes before it. A
 * value that does not parse, or says something against another setting, is an `OperatorError`.
 */
export async function storeSetting(tx: Tx, answerOptions: AnswerOptions, { config, sealer, now }: Keeper) {
  const { name, text } = answerOptions
  const value = parseSetting(name, text, name)
  if (isPath(name) && text && !isAbsolute(text)) {
    throw new OperatorError(
      `${name} is "${text}", but it takes a path from the root: the server may run elsewhere`,
      'invalid_input',
    )
  }
  const along = await secretAlong(tx, answerOptions, config)
  requireAgreement({ ...config, [name]: value, ...(along && { [along.name]: along.text }) } as Config)
  await put(tx, { name, text: textOf(value, text) }, { sealer, now })
  if (along) await put(tx, along, { sealer, now })
}

async function put(tx: Tx, { name, text }: AnswerOptions, { sealer, now }: Omit<Keeper, 'config'>) {
  const before = await findStored(tx, name)
  const after = { name, value: kept(name, text, sealer), updatedAt: now }
  await upsertStored(tx, after)
  await record(tx, { verb: 'setting.set', id: name, before: told(before), after: told(after) }, now)
}

/** Forgets what is stored: from then on a flag, a variable or the default holds. */
export async function forgetSetting(tx: Tx, name: StorableName, { config, now }: Omit<Keeper, 'sealer'>) {
  const before = await findStored(tx, name)
  if (!before)
    throw new OperatorError(message`nothing is stored for ${name}: see ${remedy('setting list')}`, 'not_found')
  if (config.origins[name] === 'default') {
    requireAgreement({ ...config, [name]: parseSetting(name, settings[name].default, name) } as Config)
  }
  await deleteStored(tx, name)
  await record(tx, { verb: 'setting.unset', id: name, before: told(before) }, now)
}

/** A stored setting as the audit log tells it, a sealed value under the name of what is never told. */
const told = (row: { name: string; value: string } | undefined) =>
  row && (isSecret(row.name) ? { sealedSecret: row.value } : { value: row.value })

function shown(name: SettingName, config: Config) {
  const value = config.texts[name]
  return value && isSecret(name) ? secretMask : value
}
