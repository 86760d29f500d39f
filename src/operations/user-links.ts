import { Type } from '@sinclair/typebox'
import type { User } from '../../db/schema/access'
import type { Config } from '../config'
import { choice, text } from '../intake/model'
import { timestamp, view, word } from '../kernel/view'
import { inviteUser, makeResetLink, type NewLink, serverUrl } from '../users/links'
import { roles } from '../users/view'
import { minuteUtc } from './lines'
import { operation } from './operation'

/** A one-time link, which an owner hands over. */
const LinkView = view('OneTimeLink', {
  user: Type.String(),
  role: word(roles),
  kind: word(['invitation', 'reset']),
  path: Type.String({ description: 'Its path below the address of this server; the token is in the fragment.' }),
  link: Type.String({ description: 'The whole link, shown this once, with the address that the settings tell.' }),
  expires_at: timestamp(),
})

const linkView = ({ user, link }: { user: User; link: NewLink }, config: Config) => ({
  user: user.name,
  role: user.role,
  kind: link.kind === 'reset' ? ('reset' as const) : ('invitation' as const),
  path: link.path,
  link: `${serverUrl(config)}${link.path}`,
  expires_at: link.expiresAt.toISOString(),
})

export const invite = operation({
  command: 'user invite',
  route: 'POST /users/:user/invitation',
  role: 'owner',
  proof: 'session',
  summary: 'create a user without a password, and a one-time link of seven days with which they choose it',
  input: Type.Object({
    user: text({ maxLength: 64, description: 'The name to log in with: lower-case letters, digits and . _ @ -' }),
    role: choice(roles, { description: 'The role of the user.' }),
  }),
  output: LinkView,
  run: async ({ db, now, config }, { user: name, role }) =>
    linkView(await db.write((tx) => inviteUser(tx, { name, role }, now)), config),
  show: ({ user, role, link, expires_at }) => [
    `"${user}" is invited as ${role}. Hand over this link, shown this once; it works once, until ${minuteUtc(expires_at)}:`,
    link,
  ],
})

export const resetLink = operation({
  command: 'user reset-link',
  route: 'POST /users/:user/reset-link',
  role: 'owner',
  proof: 'session',
  summary: 'create a one-time link of one hour with which a user chooses a new password; the old one works until then',
  input: Type.Object({ user: text({ description: 'The name of the user.' }) }),
  output: LinkView,
  run: async ({ db, now, config }, { user }) => linkView(await db.write((tx) => makeResetLink(tx, user, now)), config),
  show: ({ user, link, expires_at }) => [
    `A new password for "${user}". Hand over this link, shown this once; it works once, until ${minuteUtc(expires_at)}:`,
    link,
  ],
})
