import { Type } from '@sinclair/typebox'
import { settings } from '../config'
import { type FoundThing, FoundView, findAnything } from '../features/support/finding/find'
import { integer, text } from '../intake/model'
import { table } from './lines'
import { operation, type Subject } from './operation'

const usualLimit = 5

export const searching = {
  name: 'search',
  about: 'find anything by a part of its name',
  operations: [
    operation({
      command: 'search',
      route: 'GET /search',
      bare: ['text'],
      role: 'viewer',
      summary:
        'find customers, licences, devices, products, contracts, releases, webhooks, API keys, settings and requests by a part of their names',
      input: Type.Object({
        text: text({ maxLength: 255, description: 'What to find; case is ignored.' }),
        limit: Type.Optional(
          integer({ minimum: 1, maximum: 50, description: `How many of each kind; default ${usualLimit}.` }),
        ),
      }),
      output: Type.Object({
        found: Type.Array(FoundView, { description: 'What begins with the text, then what has it anywhere.' }),
        is_complete: Type.Boolean({
          description: 'Whether everything was looked through; if not, list licences with this text.',
        }),
      }),
      async run({ db, isServer }, { text: sought, limit = usualLimit }) {
        const asked = { text: sought, limit, isBounded: isServer }
        const { found, isComplete } = await findAnything(() => db.read, asked)
        return { found: [...found, ...settingsAbout(sought).slice(0, limit)], is_complete: isComplete }
      },
      show: ({ found }) =>
        table(
          ['KIND', 'ID', 'NAME', 'ABOUT'],
          found.map(({ kind, id, name, about }) => [kind.replace('_', ' '), id, name, about]),
          'Nothing is called that.',
          ['ABOUT'],
        ),
    }),
  ],
} as const satisfies Subject

/** Settings with the text in their name; their values are not searched. */
function settingsAbout(sought: string): FoundThing[] {
  const wanted = sought.trim().toLowerCase().replaceAll(' ', '_')
  return Object.entries(settings)
    .filter(([name]) => name.includes(wanted))
    .map(([name, { doc }]) => ({ kind: 'setting', id: name, name, about: doc, license_id: null }))
}
