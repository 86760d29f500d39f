import { Type } from '@sinclair/typebox'
import { type StorableName, storableNames } from '../config'
import { text } from '../intake/model'
import { Sorry } from '../kernel/sorry'
import { forgetSetting, listSettings, requireStorable, type SettingView, storeSetting } from '../settings/service'
import { table } from './lines'
import { type Desk, operation, type Subject } from './operation'

const name = text({ description: `Which one: ${storableNames.join(', ')}.` })

const list = operation({
  command: 'setting list',
  route: 'GET /settings',
  role: 'viewer',
  summary: 'every setting: its value, where it comes from, its default, what it does',
  input: Type.Object({}),
  run: async ({ db, config }) => ({ settings: await listSettings(db.read, config) }),
  show: ({ settings }) =>
    table(['NAME', 'VALUE', 'FROM', 'DEFAULT', 'WHAT IT DOES'], settings.map(rowOf), '', ['WHAT IT DOES']),
})

const set = operation({
  command: 'setting set',
  route: 'PUT /settings/:name',
  bare: ['value'],
  role: 'owner',
  summary: 'store a setting; a running server follows with its next request',
  input: Type.Object({
    name,
    value: Type.Optional(text({ nullable: true, description: 'Its value; empty clears it.' })),
    secret: Type.Optional(text({ option: 'value', file: true, description: 'A file with its value, for secrets.' })),
  }),
  async run({ db, config, sealer, now }, { name: word, value, secret }) {
    const name = requireStorable(word)
    const given = value ?? secret
    if (given === undefined) throw new Sorry('say the value: after the name, or with --value-file', 'usage')
    await db.write((tx) => storeSetting(tx, { name, text: given }, { config, sealer, now }))
    return viewOf({ db, config }, name)
  },
  show: (setting) => [`${setting.name} is stored.`, ...effectOf(setting)],
})

const unset = operation({
  command: 'setting unset',
  route: 'DELETE /settings/:name',
  role: 'owner',
  summary: 'forget what is stored: a flag, a variable or the default holds again',
  input: Type.Object({ name }),
  async run({ db, config, now }, { name: word }) {
    const name = requireStorable(word)
    await db.write((tx) => forgetSetting(tx, name, { config, now }))
    return viewOf({ db, config }, name)
  },
  show: (setting) => [`Nothing is stored for ${setting.name} any more.`, ...effectOf(setting)],
})

export const settings: Subject = {
  name: 'setting',
  about: 'what the server goes by, and can be told while it runs',
  operations: [list, set, unset],
}

const viewOf = async ({ db, config }: Pick<Desk, 'db' | 'config'>, name: StorableName) =>
  (await listSettings(db.read, config)).find((setting) => setting.name === name)!

const rowOf = (setting: SettingView) => [
  setting.name,
  setting.value || '–',
  setting.is_overridden ? `${setting.source}, before the stored one` : setting.source,
  setting.default || '–',
  setting.doc,
]

const effectOf = ({ value, source, is_overridden }: SettingView) => [
  `Its value is ${value || 'empty'}, from ${source === 'default' ? 'the default' : `the ${source === 'stored' ? 'database' : source}`}.`,
  ...(is_overridden ? [`The ${source} goes before what is stored: it says nothing while that is there.`] : []),
]
