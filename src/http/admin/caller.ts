import type { Config } from '../../config'
import type { Deps } from '../../deps'
import { OperatorError } from '../../kernel/operator-error'
import type { Role } from '../../operations/operation'
import { deviceLifetimeMs } from '../../users/known-device'
import { type Identity, identify, sessionLifetimeMs } from '../../users/tokens'
import { isOfSafeType, unsupported } from './fields'
import type { AdminRoute } from './route'

export const cookieName = 'latchkey_session'

const deviceCookieName = 'latchkey_device'

/** Gives a browser its session, or takes it away where there is no value. */
export const sessionCookie = (value: string | undefined, adminRequest: Secure, config: Config) =>
  cookie(cookieName, value, { ...adminRequest, config, forMs: sessionLifetimeMs })

/** Lets a browser be known again when its user logs in the next time. */
export const deviceCookie = (value: string, adminRequest: Secure, config: Config) =>
  cookie(deviceCookieName, value, { ...adminRequest, config, forMs: deviceLifetimeMs })

/** What a browser shows of an earlier log-in. */
export const deviceIn = ({ headers }: Request) =>
  /(?:^|;\s*)latchkey_device=([\w.-]+)/.exec(headers.get('cookie') ?? '')?.[1]

interface Secure {
  isHttps: boolean
  request: Request
}

interface Kept extends Secure {
  config: Config
  forMs: number
}

const cookie = (name: string, value: string | undefined, { isHttps, request, config, forMs }: Kept) =>
  [
    `${name}=${value ?? ''}`,
    `Path=${prefixOf(request, config)}/admin`,
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${value ? forMs / 1000 : 0}`,
    ...(isHttps ? ['Secure'] : []),
  ].join('; ')

/**
 * The path under which the browser sees this server, where `base_url` names one and the request came to its host: other
 * programs of that host get no cookie of ours. A tunnel past the proxy comes by another host.
 */
function prefixOf({ headers }: Request, { base_url }: Config): string {
  if (!base_url) return ''
  const { host, pathname } = new URL(base_url)
  return headers.get('host')?.toLowerCase() === host ? pathname.replace(/\/+$/, '') : ''
}

/** Who asks, where a route wants to know: a stranger, a foreign page and too small a role are each an `OperatorError`. */
export async function admitted(
  { db, config }: Deps,
  { request, now }: { request: Request; now: Date },
  route: AdminRoute,
): Promise<Identity | undefined> {
  if (route.role === 'anybody') {
    requireNoForeignPage(request, config)
    return undefined
  }
  const token = /^\s*bearer\s+(\S+)\s*$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const session = sessionIn(request.headers.get('cookie'))
  const shown = token ? ({ kind: 'token', value: token } as const) : ({ kind: 'session', value: session } as const)
  const identity = shown.value === undefined ? undefined : await identify(db, { ...shown, value: shown.value }, now)
  if (!identity)
    throw new OperatorError('log in, or show an operator token: Authorization: Bearer lko_…', 'unauthenticated')
  // A browser sends its cookie whoever made it ask.
  if (shown.kind === 'session' && request.method !== 'GET') requireOwnPage(request, config, route)
  requireRole(identity, route.role)
  return identity
}

const sessionIn = (cookies: string | null) => /(?:^|;\s*)latchkey_session=([\w-]+)/.exec(cookies ?? '')?.[1]

/** Whether a request shows a session or a token, right or wrong. */
export const showsSecret = ({ headers }: Request) =>
  headers.has('authorization') || sessionIn(headers.get('cookie')) !== undefined

const ranks: Record<Role, number> = { viewer: 0, operator: 1, owner: 2 }

/** Whether whoever asks may do what takes that role; an `OperatorError` otherwise. */
export function requireRole({ user }: Identity, role: Role) {
  if (ranks[user.role] >= ranks[role]) return
  throw new OperatorError(`this takes the role ${role}, and yours is ${user.role}: ask an owner`, 'forbidden')
}

/** A change made with a cookie comes from a page of this very server, and the browser says so. */
function requireOwnPage(request: Request, config: Config, route: AdminRoute) {
  requireNoForeignPage(request, config)
  const isNamed = request.headers.has('sec-fetch-site') || request.headers.has('origin')
  if (!isNamed) throw foreign
  // What a form can send a browser sends from anywhere, and asks nobody.
  if (!isOfSafeType(request, route)) throw unsupported(route)
}

/** Where a browser says which page asks, it is one of ours. */
function requireNoForeignPage(request: Request, config: Config) {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  if (site !== null && site !== 'same-origin') throw foreign
  if (origin !== null && !isOurs(origin, request.headers.get('host'), config)) throw foreign
}

const foreign = new OperatorError(
  'with a cookie, changes are made from pages of this server alone: scripts show an operator token instead',
  'forbidden',
)

function isOurs(origin: string, host: string | null, { base_url }: Config) {
  if (!URL.canParse(origin)) return false
  const { host: from, origin: whole } = new URL(origin)
  return (from !== '' && from === host) || (base_url !== '' && whole === new URL(base_url).origin)
}
