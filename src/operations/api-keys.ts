import { Type } from '@sinclair/typebox'
import { capabilities } from '../access/capabilities'
import {
  createApiKey,
  editApiKey,
  pageApiKeys,
  requireApiKey,
  resolveApiKey,
  revokeApiKey,
  rotateApiKey,
  setApiKeyStatus,
} from '../access/service'
import { ApiKeyView, apiKeyView, isOver } from '../access/view'
import { integer, text } from '../intake/model'
import { parseDuration } from '../kernel/durations'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { nullableTimestamp, view } from '../kernel/view'
import { explainKey } from './api-key-explanation'
import { permissionWords } from './api-key-lines'
import { apiKeyTerms, apiKeyTermsOf } from './api-key-terms'
import { byName } from './by-name'
import { words } from './filters'
import { facts, listed, minute, minuteUtc } from './lines'
import { listing } from './listing'
import { operation, type Role, type Subject } from './operation'
import { overlapField } from './overlap'

const id = integer({ minimum: 1, description: 'The id, from the list.' })

const newValue = {
  id: Type.Integer(),
  name: Type.String(),
  api_key: Type.String({ description: 'The value of the key, shown this once.' }),
}

const create = operation({
  command: 'api-key create',
  route: 'POST /api-keys',
  role: 'owner',
  proof: 'session',
  summary: 'create an API key and print it; it cannot be shown again',
  input: Type.Object({
    name: text({ description: 'The name of the key.' }),
    ...apiKeyTerms,
    api_key: Type.Optional(
      text({ option: 'import', file: true, description: 'Import an existing key instead of a random one.' }),
    ),
  }),
  output: Type.Object(newValue),
  async run({ db, now }, { name, api_key, ...given }) {
    const draft = { name, token: api_key, capabilities: [], allowedIps: [], ...apiKeyTermsOf(given) }
    const { key, token } = await db.write((tx) => createApiKey(tx, draft, now))
    return { id: key.id, name: key.name, api_key: token }
  },
  show: ({ id, name, api_key }) => [`API key ${id} "${name}", shown this once:`, api_key],
  help: listed('Capabilities', capabilities),
})

const list = listing({
  command: 'api-key list',
  route: 'GET /api-keys',
  summary: 'list all API keys, with the first characters of each value',
  plural: 'api_keys',
  row: view('ListedApiKey', { ...ApiKeyView.properties, is_over: Type.Boolean({ description: 'It has expired.' }) }),
  filters: Type.Object({
    status: words(['active', 'inactive', 'revoked'], 'Only those in one of these states', [
      'active',
      'active,inactive',
    ]),
    name: Type.Optional(text({ description: 'Only those whose name contains this.' })),
  }),
  sorts: ['id', 'name', 'created_at', 'last_used_at', 'expires_at'],
  async page({ db, now }, filters, wanted) {
    const { rows, next } = await pageApiKeys(db.read, filters, wanted)
    return { rows: rows.map((key) => ({ ...apiKeyView(key), is_over: isOver(key, now) })), next }
  },
  columns: {
    ID: (key) => String(key.id),
    NAME: (key) => key.name,
    BEGINS: (key) => `${key.prefix}…`,
    STATE: (key) => (key.status === 'active' && key.is_over ? 'expired' : key.status),
    ADDRESSES: (key) => key.allowed_ips.join(',') || 'anywhere',
    'LAST USED (UTC)': (key) => (key.last_used_at ? minute(key.last_used_at) : 'never'),
    MAY: (key) => permissionWords(key.capabilities),
  },
  freeText: ['MAY'],
  none: 'There is no API key yet: latchkey api-key create --name "my app" --preset all',
})

const show = operation({
  command: 'api-key show',
  route: 'GET /api-keys/:id',
  role: 'viewer',
  summary: 'show an API key',
  input: Type.Object({ id }),
  output: ApiKeyView,
  run: async ({ db }, { id }) => apiKeyView(await requireApiKey(db.read, id)),
  show: facts,
})

const edit = operation({
  command: 'api-key edit',
  route: 'PATCH /api-keys/:id',
  role: 'owner',
  proof: 'session',
  summary:
    'change an API key, from the next request on; fields you leave out keep their values, an empty value removes a limit',
  input: Type.Object({ id, name: Type.Optional(text({ description: 'The name of the key.' })), ...apiKeyTerms }),
  output: ApiKeyView,
  async run({ db, now }, { id, name, ...given }) {
    const changes = { ...(name !== undefined && { name }), ...apiKeyTermsOf(given) }
    if (!Object.keys(changes).length)
      throw new OperatorError(message`say what to change, such as ${fieldRef('allowed_ips')}`, 'invalid_input')
    return apiKeyView(await db.write((tx) => editApiKey(tx, id, changes, now)))
  },
  show: (key) => [`API key ${key.id} is changed.`, ...facts(key)],
  help: listed('Capabilities', capabilities),
})

const turn = <const Word extends 'enable' | 'disable', const Proof extends 'session' | undefined = undefined>(
  word: Word,
  status: 'active' | 'inactive',
  { proof, ...told }: { role: Role; proof?: Proof; summary: string },
) =>
  operation({
    command: `api-key ${word}`,
    route: `POST /api-keys/:id/${word}` as const,
    ...told,
    ...(proof && { proof }),
    input: Type.Object({ id }),
    output: ApiKeyView,
    run: async ({ db, now }, { id }) => apiKeyView(await db.write((tx) => setApiKeyStatus(tx, id, status, now))),
    show: (key) => [`API key ${key.id} "${key.name}" is ${key.status}.`],
  })

const revoke = operation({
  command: 'api-key revoke',
  route: 'POST /api-keys/:id/revoke',
  role: 'owner',
  summary: 'permanently revoke an API key, at once',
  input: Type.Object({ id }),
  output: ApiKeyView,
  loses: async ({ id }, { db }) => {
    const { name } = await requireApiKey(db.read, id)
    return `From now on, every request with API key ${id} "${name}" is refused, for good.`
  },
  run: async ({ db, now }, { id }) => apiKeyView(await db.write((tx) => revokeApiKey(tx, id, now))),
  show: (key) => [`API key ${key.id} "${key.name}" is revoked.`],
})

const rotate = operation({
  command: 'api-key rotate',
  route: 'POST /api-keys/:id/rotate',
  role: 'owner',
  proof: 'session',
  summary: 'give an API key a new value and print it once; the old value works until the overlap ends',
  input: Type.Object({
    id,
    overlap: overlapField({
      what: 'How long the old value keeps working',
      usual: '7d, while your software changes over',
      ending: 'to refuse it at once',
      daysMax: 90,
    }),
  }),
  output: Type.Object({ ...newValue, previous_until: nullableTimestamp('Until when the value before it works.') }),
  async loses({ id, overlap }, { db }) {
    if (parseDuration(overlap) !== 0) return ''
    const { name } = await requireApiKey(db.read, id)
    return `Software that sends the present value of API key ${id} "${name}" is refused from now on.`
  },
  async run({ db, now }, { id, overlap }) {
    const { key, token } = await db.write((tx) => rotateApiKey(tx, id, parseDuration(overlap)!, now))
    return {
      id: key.id,
      name: key.name,
      api_key: token,
      previous_until: key.previousUntil?.toISOString() ?? null,
    }
  },
  show: ({ id, name, api_key, previous_until }) => [
    previous_until
      ? `API key ${id} "${name}" has a new value, shown this once; the one before works until ${minuteUtc(previous_until)}:`
      : `API key ${id} "${name}" has a new value, shown this once; the one before is refused:`,
    api_key,
  ],
})

export const apiKeys = {
  name: 'api-key',
  about: 'API keys of shops and software',
  operations: [
    create,
    list,
    show,
    edit,
    // Only owners grant rights, so only owners restore them; disabling is daily work.
    turn('enable', 'active', { role: 'owner', proof: 'session', summary: 'enable an API key' }),
    turn('disable', 'inactive', { role: 'operator', summary: 'disable an API key until it is enabled again' }),
    revoke,
    rotate,
    explainKey,
  ].map(byName(resolveApiKey, 'id')),
} as const satisfies Subject
