import { Type } from '@sinclair/typebox'
import { integer, list as listOf, momentText, text, toggle } from '../intake/model'
import { parseMoment } from '../kernel/moments'
import { view } from '../kernel/view'
import { keptTokens, requireOwnOrOwner, requireUser } from '../users/service'
import { createToken, endTokens, pageTokens } from '../users/tokens'
import { TokenView, tokenView } from '../users/view'
import { minute } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'

const user = text({ description: 'The name of the user.' })

/** Lists a user's sessions or tokens. */
const held = <const Kind extends 'session' | 'token'>(kind: Kind, summary: string) =>
  listing({
    command: `user ${kind}s list`,
    route: `GET /users/:user/${kind}s`,
    summary,
    plural: `${kind}s`,
    row: TokenView,
    filters: Type.Object({ user, ended: Type.Optional(toggle({ description: 'Also those that have ended.' })) }),
    sorts: ['id', 'name', 'created_at', 'expires_at', 'last_used_at'],
    async page(context, { user, ended }, wanted) {
      requireOwnOrOwner(context.user, user)
      const { id: userId } = await requireUser(context.db.read, user)
      const liveAt = ended ? undefined : context.now
      const { rows, next } = await pageTokens(context.db.read, { userId, kind, liveAt }, wanted)
      return { rows: rows.map((row) => tokenView(row, context.tokenId)), next }
    },
    columns: {
      ID: ({ id }) => String(id),
      NAME: ({ name, is_current }) => (is_current ? `${name} (this one)` : name),
      BEGINS: ({ prefix }) => `${prefix}…`,
      FROM: ({ address }) => address ?? '–',
      'SINCE (UTC)': ({ created_at }) => minute(created_at),
      'LAST USED': ({ last_used_at }) => (last_used_at ? minute(last_used_at) : 'never'),
      UNTIL: ({ expires_at, revoked_at }) =>
        revoked_at ? `${minute(revoked_at)} (revoked)` : expires_at ? minute(expires_at) : 'for ever',
    },
    none: `There is no such ${kind}.`,
  })

const create = operation({
  command: 'user tokens create',
  route: 'POST /users/:user/tokens',
  role: 'viewer',
  proof: 'always',
  summary: 'create a token for the operator API, with the rights of its user, and print it; it cannot be shown again',
  input: Type.Object({
    user,
    name: text({ maxLength: 100, description: 'What it is for: "nightly export".' }),
    expires_at: Type.Optional(momentText({ description: 'When it expires: 2030-01-31 or 2030-01-31T12:00:00Z.' })),
  }),
  output: view('NewToken', {
    ...TokenView.properties,
    token: Type.String({ description: 'Its value, shown this once.' }),
  }),
  async run(context, { user, name, expires_at }) {
    requireOwnOrOwner(context.user, user)
    const draft = { userName: user, name, expiresAt: parseMoment(expires_at ?? '') }
    const { value, token } = await context.db.write((tx) => createToken(tx, draft, context.now))
    return { ...tokenView(token), token: value }
  },
  show: ({ id, name, token }) => [`Token ${id} "${name}", shown this once:`, token],
})

const revoke = operation({
  command: 'user tokens revoke',
  route: 'DELETE /users/:user/tokens/:id',
  role: 'viewer',
  summary: 'permanently revoke a token, at once',
  input: Type.Object({ user, id: integer({ minimum: 1, description: 'The id, from the list.' }) }),
  output: TokenView,
  async run(context, { user, id }) {
    requireOwnOrOwner(context.user, user)
    const [token] = await context.db.write((tx) => endTokens(tx, { userName: user, kind: 'token', id }, context.now))
    return tokenView(token!)
  },
  show: ({ id, name }) => [`Token ${id} "${name}" is revoked.`],
})

const end = operation({
  command: 'user sessions revoke',
  route: 'DELETE /users/:user/sessions',
  role: 'viewer',
  summary: 'end one session of a user at once, or all sessions and tokens, except tokens you keep',
  input: Type.Object({
    user,
    id: Type.Optional(integer({ minimum: 1, description: 'Only this session, by its id.' })),
    keep_current: Type.Optional(toggle({ description: 'All but the session that asks.' })),
    keep_tokens: Type.Optional(listOf({ description: keptTokens })),
  }),
  output: Type.Object({ sessions: Type.Array(TokenView, { description: 'Those that were ended.' }) }),
  async run(context, { user, id, keep_current: keepsCurrent, keep_tokens: keepTokens }) {
    requireOwnOrOwner(context.user, user)
    const besidesId = keepsCurrent ? context.tokenId : undefined
    const wanted = { userName: user, kind: 'session', id, besidesId, keepTokens } as const
    const ended = await context.db.write((tx) => endTokens(tx, wanted, context.now))
    return { sessions: ended.map((token) => tokenView(token, context.tokenId)) }
  },
  show: ({ sessions }) => [`Sessions that were ended: ${sessions.length}.`],
})

export const userTokens = {
  name: 'user tokens',
  about: 'tokens of a user, for scripts that call the operator API',
  operations: [create, held('token', 'list the tokens of a user, with the first characters of each value'), revoke],
} as const satisfies Subject

export const userSessions = {
  name: 'user sessions',
  about: 'sessions of a user',
  operations: [held('session', 'sessions of a user'), end],
} as const satisfies Subject
