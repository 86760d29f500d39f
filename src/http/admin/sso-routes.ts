import { Type } from '@sinclair/typebox'
import type { Config } from '../../config'
import { text, toggle } from '../../intake/model'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { view } from '../../kernel/view'
import { enter, requireAttempt } from '../../users/log-in'
import { beginSso, finishSso, isSsoOn, lostLogIn, type SsoStep } from '../../users/sso'
import { userOfClaims } from '../../users/sso-users'
import { makeTicket, openTicket, spendTicket } from '../../users/ticket'
import type { AdminRequest } from './admin-request'
import { done } from './answers'
import { cookie, cookieIn } from './cookies'
import { adminRoute } from './route'
import { originOf, SessionView, sessionAnswer } from './session-answer'

/** The page of the console that the provider sends people back to. */
const returnPath = '/console/login'

const start = adminRoute({
  route: 'POST /session/sso/start',
  role: 'anybody',
  summary: 'begin to log in through the OpenID provider; the answer sets a cookie for ten minutes',
  input: Type.Object({
    fresh: Type.Optional(toggle({ description: 'Whether the provider has to ask for the password again.' })),
  }),
  output: view('SingleSignOnStart', { url: Type.String({ description: 'Where the browser goes now.' }) }),
  async answer({ config, sealer, limit }, adminRequest, { fresh: isFresh = false }) {
    const { now, address } = adminRequest
    requireAttempt(limit, address, now)
    requireSso(config)
    const { url, step } = await beginSso(config, { redirectUri: returnUrl(adminRequest, config), isFresh })
    const ticket = makeTicket(sealer, 'single sign-on', step, now)
    return done({ url }, [cookie('latchkey_challenge', ticket, adminRequest, config)])
  },
})

const finish = adminRoute({
  route: 'POST /session/sso',
  role: 'anybody',
  summary: 'finish a log-in through the OpenID provider; the answer sets a session cookie',
  input: Type.Object({
    query: text({ maxLength: 8192, description: 'The query with which the provider has sent the browser back.' }),
  }),
  output: SessionView,
  async answer(deps, adminRequest, { query }) {
    const { config, sealer, limit } = deps
    const { request, now, address } = adminRequest
    requireAttempt(limit, address, now)
    requireSso(config)
    const ticket = openTicket<SsoStep>(sealer, 'single sign-on', cookieIn(request, 'latchkey_challenge'), now)
    if (!ticket) throw lostLogIn()
    const claims = await finishSso(config, ticket.data, query)
    const db = deps.db.as({ actor: 'OpenID provider', requestId: adminRequest.requestId })
    const user = await db.write((tx) => userOfClaims(tx, claims, config, now))
    const provenAt = typeof claims.auth_time === 'number' ? new Date(claims.auth_time * 1000) : null
    const take = (tx: Parameters<typeof spendTicket>[0]) => spendTicket(tx, ticket, now)
    const begun = await enter(deps.db, user, { ...originOf(adminRequest), method: 'sso', provenAt, take }, now)
    if (!begun) throw lostLogIn()
    return sessionAnswer(deps, adminRequest, begun)
  },
})

function requireSso(config: Config) {
  if (isSsoOn(config)) return
  throw new OperatorError(
    message`no OpenID provider is set up: an owner names it with ${remedy('setting set', { name: 'oidc_issuer' })}, and this server with ${remedy('setting set', { name: 'oidc_client_id' })}`,
  )
}

/**
 * The page to come back to, at the address that the browser uses, or at `base_url`. A page takes the way back and not a
 * route: a request that another site has caused carries none of our cookies.
 */
function returnUrl({ request, isHttps }: AdminRequest, { base_url }: Config): string {
  const origin = request.headers.get('origin')
  if (base_url && (!origin || new URL(base_url).origin === origin)) return `${base_url}${returnPath}`
  return `${origin ?? `${isHttps ? 'https' : 'http'}://${request.headers.get('host')}`}${returnPath}`
}

export const ssoRoutes = [start, finish] as const
