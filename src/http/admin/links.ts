import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { text } from '../../intake/model'
import { timestamp, view, word } from '../../kernel/view'
import { findPasswordLink, linkIsOver, type PasswordLink, usePasswordLink } from '../../users/links'
import { hashPassword } from '../../users/password'
import { roles } from '../../users/view'
import type { AdminRequest } from './admin-request'
import { done } from './answers'
import { linkToken, opened } from './one-time-token'
import { type AdminRoute, adminRoute } from './route'

/** What a one-time link is for. */
const UserLinkView = view('UserLink', {
  kind: word(['invitation', 'reset']),
  user: Type.String(),
  role: word(roles),
  expires_at: timestamp(),
})

const linkView = ({ link, user }: PasswordLink): Static<typeof UserLinkView> => ({
  kind: link.kind === 'reset' ? 'reset' : 'invitation',
  user: user.name,
  role: user.role,
  expires_at: link.expiresAt.toISOString(),
})

const find = ({ guesses, db }: Deps, adminRequest: AdminRequest, token: string) =>
  opened({ guesses }, adminRequest, () => findPasswordLink(db.read, token, adminRequest.now), linkIsOver)

const show = adminRoute({
  route: 'GET /link',
  role: 'anybody',
  summary: 'show whom an invitation or a link for a new password is for',
  input: Type.Object({ token: linkToken }),
  output: UserLinkView,
  answer: async (deps, adminRequest, { token }) => done(linkView(await find(deps, adminRequest, token))),
})

const use = adminRoute({
  route: 'PUT /link/password',
  role: 'anybody',
  summary: 'choose a password by an invitation or a link for a new one; it is used up, and all sessions and tokens end',
  input: Type.Object({
    token: linkToken,
    password: text({ maxLength: 512, description: 'The password from now on: 15 characters at least.' }),
  }),
  output: UserLinkView,
  async answer(deps, adminRequest, { token, password }) {
    const { now, requestId } = adminRequest
    const found = await find(deps, adminRequest, token)
    const passwordHash = await hashPassword(password)
    const author = { actor: `user ${found.user.name}`, requestId }
    await deps.db.as(author).write((tx) => usePasswordLink(tx, token, passwordHash, now))
    return done(linkView(found))
  },
})

/** What somebody does with a one-time link, who is nobody until then. */
export const linkRoutes = [show, use] as const satisfies readonly AdminRoute[]
