import { bearerTokenIn } from '../../access/incoming-request'
import type { Config } from '../../config'
import type { Deps } from '../../deps'
import { OperatorError } from '../../kernel/operator-error'
import type { Role } from '../../operations/operation'
import { deviceLifetimeMs } from '../../users/known-device'
import { type Identity, identify, sessionLifetimeMs } from '../../users/tokens'
import { readerObstacle } from '../console-access'
import { isOfSafeType, unsupported } from './fields'
import type { AdminRoute } from './route'

export const cookieName = 'latchkey_session'

const deviceCookieName = 'latchkey_device'

/** The `Set-Cookie` header that sets a browser's session, or deletes it if there is no value. */
export const sessionCookie = (value: string | undefined, adminRequest: Secure, config: Config) =>
  cookie(cookieName, value, adminRequest, { config, forMs: sessionLifetimeMs })

/** The `Set-Cookie` header that identifies a browser at its user's next log-in. */
export const deviceCookie = (value: string, adminRequest: Secure, config: Config) =>
  cookie(deviceCookieName, value, adminRequest, { config, forMs: deviceLifetimeMs })

/** The cookie of an earlier log-in, as sent by the browser. */
export const deviceIn = ({ headers }: Request) =>
  /(?:^|;\s*)latchkey_device=([\w.-]+)/.exec(headers.get('cookie') ?? '')?.[1]

interface Secure {
  isHttps: boolean
  request: Request
}

interface Kept {
  config: Config
  forMs: number
}

const cookie = (name: string, value: string | undefined, { isHttps, request }: Secure, { config, forMs }: Kept) =>
  [
    `${name}=${value ?? ''}`,
    `Path=${pathPrefixOf(request, config)}/admin`,
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${value ? forMs / 1000 : 0}`,
    ...(isHttps ? ['Secure'] : []),
  ].join('; ')

/**
 * The path prefix at which browsers see this server, if `base_url` names one and the request used its host, so that
 * other programs on that host do not get our cookies. A tunnel past the proxy uses another host.
 */
export function pathPrefixOf({ headers }: Request, { base_url }: Config): string {
  if (!base_url) return ''
  const { host, pathname } = new URL(base_url)
  return headers.get('host')?.toLowerCase() === host ? pathname.replace(/\/+$/, '') : ''
}

/**
 * The identity of the caller, if the route requires one. Throws an `OperatorError` for an unknown caller, a foreign
 * page or an insufficient role.
 */
export async function admitted(
  { db, config }: Deps,
  { request, now, address }: { request: Request; now: Date; address: string },
  route: AdminRoute,
): Promise<Identity | undefined> {
  const token = bearerTokenIn(request)
  const obstacle = token === undefined || route.role === 'anybody' ? readerObstacle(config, address) : undefined
  if (obstacle) throw new OperatorError(obstacle, 'forbidden')
  if (route.role === 'anybody') {
    requireNoForeignPage(request, config)
    return undefined
  }
  const session = sessionIn(request.headers.get('cookie'))
  const shown = token ? ({ kind: 'token', value: token } as const) : ({ kind: 'session', value: session } as const)
  const identity = shown.value === undefined ? undefined : await identify(db, { ...shown, value: shown.value }, now)
  if (!identity)
    throw new OperatorError('log in, or show an operator token: Authorization: Bearer lko_…', 'unauthenticated')
  // A browser sends its cookie with every request, whichever page caused it.
  if (shown.kind === 'session' && request.method !== 'GET') requireOwnPage(request, config, route)
  requireRole(identity, route.role)
  return identity
}

const sessionIn = (cookies: string | null) => /(?:^|;\s*)latchkey_session=([\w-]+)/.exec(cookies ?? '')?.[1]

/** Whether a request has a session or a token, valid or not. */
export const showsSecret = ({ headers }: Request) =>
  headers.has('authorization') || sessionIn(headers.get('cookie')) !== undefined

const ranks: Record<Role, number> = { viewer: 0, support: 1, operator: 2, owner: 3 }

/** Throws an `OperatorError` unless the caller has that role or a higher one. */
export function requireRole({ user }: Identity, role: Role) {
  if (ranks[user.role] >= ranks[role]) return
  throw new OperatorError(`this takes the role ${role}, and yours is ${user.role}: ask an owner`, 'forbidden')
}

/** Requires that a change made with a cookie comes from a page of this server, according to the browser. */
function requireOwnPage(request: Request, config: Config, route: AdminRoute) {
  requireNoForeignPage(request, config)
  const isNamed = request.headers.has('sec-fetch-site') || request.headers.has('origin')
  if (!isNamed) throw foreign
  // A form of any page can send these types without a preflight.
  if (!isOfSafeType(request, route)) throw unsupported(route)
}

/** Refuses a request if the browser names an origin that is not ours. */
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
