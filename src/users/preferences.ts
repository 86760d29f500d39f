import { type Static, Type } from '@sinclair/typebox'
import type { Preferences, User } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Tx } from '../database/connection'
import { choice, jsonText, toggle } from '../intake/model'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { dictionary, view, word } from '../kernel/view'
import { updateUser } from './store'

const languages = ['auto', 'en', 'de'] as const
const themes = ['system', 'light', 'dark'] as const
const columnsTextMax = 4096
const listsMax = 40
const columnsMax = 40
const listName = /^[a-z][a-z_-]{0,39}$/
const columnName = /^[a-z][a-z0-9_]{0,39}$/

/** Preferences for the console, with the defaults of what a user has not chosen. */
export const PreferencesView = view('Preferences', {
  language: word(languages, 'auto: as the browser asks.'),
  theme: word(themes),
  shortcuts: Type.Boolean({ description: 'Whether single letters are shortcuts.' }),
  columns: dictionary(
    Type.Array(Type.String()),
    'The columns of each list, in their order; absent for the usual ones.',
  ),
})

export const preferencesView = (chosen: Preferences | null): Static<typeof PreferencesView> => ({
  language: chosen?.language ?? 'auto',
  theme: chosen?.theme ?? 'system',
  shortcuts: chosen?.shortcuts ?? true,
  columns: chosen?.columns ?? {},
})

/** The preferences to change; absent ones stay. */
export const PreferencesChange = Type.Object({
  language: Type.Optional(choice(languages, { description: 'auto: as the browser asks.' })),
  theme: Type.Optional(choice(themes, { description: 'Light or dark; system: as the machine is set.' })),
  shortcuts: Type.Optional(toggle({ description: 'Whether single letters are shortcuts.' })),
  columns: Type.Optional(
    jsonText({
      description: 'The columns of lists as an object: {"licenses": ["license_key", "state"]}; {} for the usual.',
    }),
  ),
})

/** Changes a user's preferences. */
export async function changePreferences(
  tx: Tx,
  user: User,
  { language, columns, ...others }: Static<typeof PreferencesChange>,
  now: Date,
): Promise<Preferences> {
  const preferences: Preferences = { ...user.preferences, ...others }
  if (language === 'auto') delete preferences.language
  else if (language) preferences.language = language
  if (columns !== undefined) preferences.columns = columnsIn(columns)
  await updateUser(tx, user.id, { preferences })
  const [before, after] = [{ preferences: user.preferences }, { preferences }]
  await record(tx, { verb: 'user.preferences-changed', id: user.id, before, after }, now)
  return preferences
}

function columnsIn(text: string): Record<string, string[]> {
  const columns = text.length <= columnsTextMax ? parsed(text) : undefined
  if (isColumns(columns)) return columns
  throw new OperatorError(
    message`${fieldRef('columns')} takes an object of lists and the names of their columns, of ${columnsTextMax} characters at most`,
    'invalid_input',
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isColumns = (value: unknown): value is Record<string, string[]> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length <= listsMax &&
  Object.entries(value).every(
    ([list, names]) =>
      listName.test(list) &&
      Array.isArray(names) &&
      names.length <= columnsMax &&
      names.every((name) => typeof name === 'string' && columnName.test(name)),
  )
