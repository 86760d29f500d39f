import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { list, text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { nullableTimestamp, view, word } from '../../kernel/view'
import { devicePurpose, knownDevice, makeDevice } from '../../users/known-device'
import { checkPassword, logIn } from '../../users/log-in'
import { hashPassword } from '../../users/password'
import { changePassword, keptTokens } from '../../users/service'
import { endTokens, type Identity } from '../../users/tokens'
import { roles } from '../../users/view'
import type { AdminRequest } from './admin-request'
import { done } from './answers'
import { deviceCookie, deviceIn, sessionCookie } from './caller'
import { type AdminRoute, adminRoute } from './route'

const passwordLengthMax = 512
const deviceLengthMax = 200
const password = (description: string) => text({ maxLength: passwordLengthMax, description })

/** The caller, and how they are authenticated. */
const SessionView = view('Session', {
  user: Type.String(),
  role: word(roles),
  kind: word(['session', 'token'], 'What was shown.'),
  expires_at: nullableTimestamp(),
})

const nothing = Type.Object({}, { description: 'Empty.' })

const begin = adminRoute({
  route: 'POST /session',
  role: 'anybody',
  summary: 'log in; the answer sets a session cookie',
  input: Type.Object({
    name: text({ maxLength: 64, description: 'The name of the user.' }),
    password: password('Their password.'),
  }),
  output: SessionView,
  async answer({ config, db, limit, sealer }, adminRequest, { name, password }) {
    const { request, address, now, requestId } = adminRequest
    const device = (request.headers.get('user-agent') ?? '').slice(0, deviceLengthMax)
    const deviceKey = sealer.derive(devicePurpose)
    const attempt = {
      ...{ name, password, address, device, requestId },
      knownDevice: knownDevice(deviceKey, name, deviceIn(request)),
    }
    const begun = await logIn({ db, limit }, attempt, now)
    if (!begun) throw new OperatorError('the name or the password is wrong', 'unauthenticated')
    const known = makeDevice(deviceKey, begun.user.name)
    const cookies = [sessionCookie(begun.value, adminRequest, config), deviceCookie(known, adminRequest, config)]
    return { ...done(described(begun), cookies), identity: begun }
  },
})

const show = adminRoute({
  route: 'GET /session',
  role: 'viewer',
  summary: 'show the logged-in user and their rights',
  input: Type.Object({}),
  output: SessionView,
  answer: async (_, adminRequest) => done(described(whoIn(adminRequest))),
})

const end = adminRoute({
  route: 'DELETE /session',
  role: 'viewer',
  summary: 'log out; the session ends at once',
  input: Type.Object({}),
  output: nothing,
  async answer({ config, db }, adminRequest) {
    const { user, token } = whoIn(adminRequest)
    if (token.kind !== 'session') {
      throw new OperatorError(
        `a token is not a session: DELETE /admin/api/users/${user.name}/tokens/${token.id} ends it`,
      )
    }
    await asUser(db, adminRequest).write((tx) =>
      endTokens(tx, { userName: user.name, kind: 'session', id: token.id }, adminRequest.now),
    )
    return done({}, [sessionCookie(undefined, adminRequest, config)])
  },
})

const setPassword = adminRoute({
  route: 'PUT /session/password',
  role: 'viewer',
  summary: 'change your own password; all sessions and tokens end, this session too, except tokens you keep',
  input: Type.Object({
    current_password: password('The password until now.'),
    password: password('The password from now on: 15 characters at least.'),
    keep_tokens: Type.Optional(list({ description: keptTokens })),
  }),
  output: nothing,
  async answer(deps, adminRequest, { current_password, password, keep_tokens }) {
    const { name } = whoIn(adminRequest).user
    await requirePassword(deps, adminRequest, current_password)
    const change = { passwordHash: await hashPassword(password), keepTokens: keep_tokens }
    await asUser(deps.db, adminRequest).write((tx) => changePassword(tx, name, change, adminRequest.now))
    return done({}, [sessionCookie(undefined, adminRequest, deps.config)])
  },
})

/** Checks the caller's password again. Throws an `OperatorError` if it is wrong. */
export async function requirePassword({ db, limit }: Deps, adminRequest: AdminRequest, password: string) {
  const { user, token } = whoIn(adminRequest)
  const attempt = { name: user.name, password, place: `token ${token.id}` }
  if (await checkPassword({ db, limit }, attempt, adminRequest.now)) return
  throw new OperatorError('the current password is wrong', 'forbidden')
}

/** Log-in, log-out, and a user's changes to their own account. */
export const sessionRoutes = [begin, show, end, setPassword] as const satisfies readonly AdminRoute[]

/** The identity of an authenticated caller. */
export function whoIn({ identity }: AdminRequest): Identity {
  if (!identity) throw new Error('this route is open to anybody')
  return identity
}

/** The database in the name of the caller. */
export const asUser = <Db extends { as(author: { actor: string; requestId: string }): Db }>(
  db: Db,
  adminRequest: AdminRequest,
) => db.as({ actor: `user ${whoIn(adminRequest).user.name}`, requestId: adminRequest.requestId })

const described = ({ user, token }: Identity): Static<typeof SessionView> => ({
  user: user.name,
  role: user.role,
  kind: token.kind,
  expires_at: token.expiresAt?.toISOString() ?? null,
})
