import { type Static, Type } from '@sinclair/typebox'
import { isPath, settings as known, type SettingName, type StorableName, storableNames, variableOf } from '../config'
import { text } from '../intake/model'
import { fieldRef, flagOfSetting, message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { isSecret } from '../settings/sealed'
import {
  forgetSetting,
  listSettings,
  requireSetting,
  requireStorable,
  SettingView,
  storeSetting,
} from '../settings/service'
import { facts, minuteUtc, table } from './lines'
import { type OperationContext, operation, type Subject } from './operation'

type Setting = Static<typeof SettingView>

const name = text({ description: `Which one: ${storableNames.join(', ')}.`, suggested: storableNames })

/** Settings that a session alone may not change: they would give away the keys in backups. */
const ofBackups: readonly StorableName[] = ['backup_to', 'backup_key_passphrase']

const names = Object.keys(known)
const anyName = text({ description: `Which one: ${names.join(', ')}.`, suggested: names })

const list = operation({
  command: 'setting list',
  route: 'GET /settings',
  role: 'viewer',
  summary: 'list all settings: value, source, default, purpose',
  input: Type.Object({}),
  output: Type.Object({ settings: Type.Array(SettingView) }),
  run: async ({ db, config }) => ({ settings: await listSettings(db.read, config) }),
  show: ({ settings }) =>
    table(['NAME', 'VALUE', 'FROM', 'DEFAULT', 'WHAT IT DOES'], settings.map(rowOf), '', ['WHAT IT DOES']),
})

const show = operation({
  command: 'setting show',
  route: 'GET /settings/:name',
  role: 'viewer',
  summary: 'show a setting: value, source, default, purpose',
  input: Type.Object({ name: anyName }),
  output: SettingView,
  run: async ({ db, config }, { name: word }) => viewOf({ db, config }, requireSetting(word)),
  show: (setting) => [
    ...facts({
      [setting.name]: setting.value || 'empty',
      from: sourceOf(setting),
      default: setting.default || 'empty',
      stored: setting.is_storable ? setting.updated_at && minuteUtc(setting.updated_at) : 'this one cannot be',
    }),
    '',
    setting.doc,
    ...overrideOf(setting),
  ],
})

const set = operation({
  command: 'setting set',
  route: 'PUT /settings/:name',
  bare: ['value'],
  role: 'owner',
  proof: 'session',
  needsProof: ({ name }) => decidesOverUsers(name),
  summary: 'store a setting; a running server uses it from its next request on',
  input: Type.Object({
    name,
    value: Type.Optional(text({ nullable: true, description: 'The value; empty clears it.' })),
    secret: Type.Optional(text({ option: 'value', file: true, description: 'The value, for secrets.' })),
    envato_token: Type.Optional(text({ file: true, description: 'The token again, when envato_url changes.' })),
    oidc_client_secret: Type.Optional(text({ file: true, description: 'The secret again, when oidc_issuer changes.' })),
  }),
  output: SettingView,
  async run({ db, config, sealer, now, isServer }, { name: word, value, secret, envato_token, oidc_client_secret }) {
    const name = requireStorable(word)
    if (isServer && ofBackups.includes(name)) {
      throw new OperatorError(
        message`${name} decides where the keys go: set it with ${remedy('backups set')}, which needs a fresh proof`,
        'invalid_input',
      )
    }
    if (isServer && isPath(name)) {
      throw new OperatorError(
        `${name} names a place on the server's machine: store it there, with "latchkey setting set"`,
        'invalid_input',
      )
    }
    const given = value ?? secret
    if (given === undefined)
      throw new OperatorError(message`say the value, as ${fieldRef('value')} or ${fieldRef('secret')}`, 'invalid_input')
    if (value && !isServer && isSecret(name)) {
      throw new OperatorError(
        `${name} is a secret, and other users of this machine can read a command line: write it to a file and say "latchkey setting set ${name} --value-file FILE", or - for standard input`,
        'invalid_input',
      )
    }
    const answerOptions = { name, text: given, secret: name === 'oidc_issuer' ? oidc_client_secret : envato_token }
    await db.write((tx) => storeSetting(tx, answerOptions, { config, sealer, now }))
    return viewOf({ db, config }, name)
  },
  show: (setting) => [`${setting.name} is stored.`, ...effectOf(setting)],
})

const unset = operation({
  command: 'setting unset',
  route: 'DELETE /settings/:name',
  role: 'owner',
  proof: 'session',
  needsProof: ({ name }) => decidesOverUsers(name),
  summary: 'remove a stored setting; its flag, variable or default applies again',
  input: Type.Object({ name }),
  output: SettingView,
  async run({ db, config, now }, { name: word }) {
    const name = requireStorable(word)
    await db.write((tx) => forgetSetting(tx, name, { config, now }))
    return viewOf({ db, config }, name)
  },
  show: (setting) => [`Nothing is stored for ${setting.name} any more.`, ...effectOf(setting)],
})

export const settingOperations = {
  name: 'setting',
  about: 'settings, which can be changed while the server runs',
  operations: [list, show, set, unset],
} as const satisfies Subject

/** Whether a setting decides who gets in. */
const decidesOverUsers = (name: string) => /^(oidc|require_2fa)/.test(name.toLowerCase().replaceAll('-', '_'))

const viewOf = async ({ db, config }: Pick<OperationContext, 'db' | 'config'>, name: SettingName) =>
  (await listSettings(db.read, config)).find((setting) => setting.name === name)!

/** The source of a value, in a word or two. */
const originOf = ({ source }: Setting) => source.replace('_', "'s ")

const rowOf = (setting: Setting) => {
  const source = originOf(setting)
  return [
    setting.name,
    setting.value || '–',
    setting.is_overridden ? `${source}, before the stored one` : source,
    setting.default || '–',
    setting.doc,
  ]
}

/** The source of a value, in full. */
function sourceOf({ name, source }: Setting): string {
  const [flag, variable] = [`flag ${flagOfSetting(name)}`, `variable ${variableOf(name)}`]
  const places: Record<Setting['source'], string> = {
    flag: `the ${flag}`,
    variable: `the ${variable}`,
    server_flag: `the running server's ${flag}`,
    server_variable: `the running server's ${variable}`,
    stored: 'the database',
    default: 'the default',
  }
  return places[source]
}

const effectOf = (setting: Setting) => [
  `Its value is ${setting.value || 'empty'}, from ${sourceOf(setting)}.`,
  ...overrideOf(setting),
]

const overrideOf = (setting: Setting) =>
  setting.is_overridden
    ? [`The ${originOf(setting)} goes before what is stored: it says nothing while that is there.`]
    : []
