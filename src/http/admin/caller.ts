import { bearerTokenIn } from '../../access/incoming-request'
import type { Config } from '../../config'
import type { Deps } from '../../deps'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import type { Role } from '../../operations/operation'
import { lacksSecondFactor } from '../../users/second-factor'
import { type Identity, identify } from '../../users/tokens'
import { readerObstacle } from '../console-access'
import { cookieIn } from './cookies'
import { isOfSafeType, unsupported } from './fields'
import type { AdminRoute } from './route'

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
  const session = cookieIn(request, 'latchkey_session')
  const shown = token ? ({ kind: 'token', value: token } as const) : ({ kind: 'session', value: session } as const)
  const identity =
    shown.value === undefined ? undefined : await identify(db, { ...shown, value: shown.value, address }, now)
  if (!identity)
    throw new OperatorError('log in, or show an operator token: Authorization: Bearer lko_…', 'unauthenticated')
  // A browser sends its cookie with every request, whichever page caused it.
  if (shown.kind === 'session' && request.method !== 'GET') requireOwnPage(request, config, route)
  requireRole(identity, route.role)
  // A passkey is two factors in one, and a provider decides itself what it asks for.
  const { user } = identity
  const isByPassword = identity.token.method === 'password'
  if (isByPassword && !route.isSetup && (await lacksSecondFactor(db.read, user, config))) {
    throw new OperatorError(
      message`the setting require_2fa asks you for a second factor: set up an authenticator app with ${remedy('user totp begin', { user: user.name })}, or add a passkey in your profile`,
      'second_factor_required',
    )
  }
  return identity
}

/** Whether a request has a session or a token, valid or not. */
export const showsSecret = (request: Request) =>
  request.headers.has('authorization') || cookieIn(request, 'latchkey_session') !== undefined

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
