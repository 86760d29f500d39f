import { Type } from '@sinclair/typebox'
import { list, text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { nullable, view } from '../../kernel/view'
import { devicePurpose, knownDevice } from '../../users/known-device'
import { completeLogIn, logIn } from '../../users/log-in'
import { hashPassword } from '../../users/password'
import { changePassword, keptTokens } from '../../users/service'
import { isSsoOn, lostLogIn } from '../../users/sso'
import { ticketLifetimeMs } from '../../users/ticket'
import { endTokens } from '../../users/tokens'
import { done } from './answers'
import { cookie, cookieIn } from './cookies'
import { asUser, whoIn } from './identity'
import { passkeyRoutes } from './passkey-routes'
import { provingRoute, requirePassword } from './proof'
import { type AdminRoute, adminRoute } from './route'
import { originOf, PendingView, SessionView, sessionAnswer, sessionView } from './session-answer'
import { ssoRoutes } from './sso-routes'

const passwordLengthMax = 512
const password = (description: string) => text({ maxLength: passwordLengthMax, description })

const nothing = Type.Object({}, { description: 'Empty.' })

const methods = adminRoute({
  route: 'GET /session/methods',
  role: 'anybody',
  summary: 'show the ways to log in beside a password and a passkey',
  input: Type.Object({}),
  output: view('LogInMethods', {
    sso: nullable(view('SingleSignOn', { name: Type.String({ description: 'What the button says.' }) })),
  }),
  answer: async ({ config }) => done({ sso: isSsoOn(config) ? { name: config.oidc_name } : null }),
})

const begin = adminRoute({
  route: 'POST /session',
  role: 'anybody',
  summary:
    'log in; the answer sets a session cookie, or names the second factors that have to follow at POST /session/second-factor',
  input: Type.Object({
    name: text({ maxLength: 64, description: 'The name of the user.' }),
    password: password('Their password.'),
  }),
  output: Type.Union([SessionView, PendingView]),
  async answer(deps, adminRequest, { name, password }) {
    const { config, sealer } = deps
    const { request, now } = adminRequest
    const device = knownDevice(sealer.derive(devicePurpose), name, cookieIn(request, 'latchkey_device'))
    const begun = await logIn(deps, { ...originOf(adminRequest), name, password, knownDevice: device }, now)
    if (!begun) throw new OperatorError('the name or the password is wrong', 'unauthenticated')
    if (!('ticket' in begun)) return sessionAnswer(deps, adminRequest, begun)
    const expires_at = new Date(now.getTime() + ticketLifetimeMs).toISOString()
    const pending = cookie('latchkey_pending', begun.ticket, adminRequest, config)
    return done({ second_factor: begun.methods, expires_at }, [pending])
  },
})

const follow = adminRoute({
  route: 'POST /session/second-factor',
  role: 'anybody',
  summary:
    'finish a log-in with a code of the authenticator app or a recovery code; POST /session/passkey takes a passkey',
  input: Type.Object({
    code: Type.Optional(text({ maxLength: 20, description: 'The code of the authenticator app.' })),
    recovery_code: Type.Optional(text({ maxLength: 40, description: 'A recovery code.' })),
  }),
  output: SessionView,
  async answer(deps, adminRequest, typed) {
    const { request, now } = adminRequest
    const ticket = cookieIn(request, 'latchkey_pending')
    const begun = await completeLogIn(deps, { ...originOf(adminRequest), ticket, typed }, now)
    if (begun === 'expired') throw lostLogIn()
    if (!begun) {
      throw new OperatorError('the code is wrong, or was used: wait for the next one', 'unauthenticated')
    }
    return sessionAnswer(deps, adminRequest, begun)
  },
})

const show = adminRoute({
  route: 'GET /session',
  role: 'viewer',
  isSetup: true,
  summary: 'show the logged-in user and their rights',
  input: Type.Object({}),
  output: SessionView,
  answer: async (deps, adminRequest) => done(await sessionView(deps, whoIn(adminRequest), adminRequest.now)),
})

const end = adminRoute({
  route: 'DELETE /session',
  role: 'viewer',
  isSetup: true,
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
    return done({}, [cookie('latchkey_session', undefined, adminRequest, config)])
  },
})

const setPassword = adminRoute({
  route: 'PUT /session/password',
  role: 'viewer',
  isSetup: true,
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
    return done({}, [cookie('latchkey_session', undefined, adminRequest, deps.config)])
  },
})

/** Log-in, log-out, and a user's changes to their own account. */
export const sessionRoutes = [
  methods,
  begin,
  follow,
  ...passkeyRoutes,
  ...ssoRoutes,
  show,
  provingRoute,
  end,
  setPassword,
] as const satisfies readonly AdminRoute[]
