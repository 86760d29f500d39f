import { openAdmission } from '../../access/admission'
import { hungUp } from '../../access/peers'
import { faultOf } from '../../database/failure'
import type { Deps } from '../../deps'
import { baseUrlOf } from '../../features/downloads/base-url'
import { addressSet } from '../../kernel/addresses'
import { stopwatch } from '../../kernel/clock'
import { OperatorError } from '../../kernel/operator-error'
import { Refusal, say } from '../../kernel/outcome'
import { requestIdOf } from '../../kernel/request-id'
import { invalid, refused } from './answers'
import { admitted, showsSecret } from './caller'
import { readFields, validateFields } from './fields'
import { type AdminRequest, type AdminResponse, type AdminRoute, adminPrefix } from './route'

/** A request as the framework passes it on. */
interface FrameworkRequest {
  request: Request
  params?: Record<string, string>
}

const headers = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/**
 * The only entry to `/admin/api`: checks address, then identity and role, then fields. Always answers, never throws.
 */
export function openAdminGate(deps: Deps) {
  const { bodies, config, clock, log, peers, clientAddresses } = deps
  const refusalOf = openAdmission(deps)

  function adminRequestOf(request: Request): AdminRequest {
    const socketAddress = peers.addressOf(request)
    // The setting may change while the server runs.
    const trusted = addressSet(config.trusted_proxies)
    const base = config.base_url || (baseUrlOf(request.headers, socketAddress, trusted) ?? '')
    return {
      request,
      address: clientAddresses.of(request),
      now: clock(),
      requestId: requestIdOf(request.headers.get('x-request-id')),
      isHttps: base.startsWith('https:') || config.tls_cert !== '',
    }
  }

  async function enter(
    route: AdminRoute,
    params: Record<string, string>,
    adminRequest: AdminRequest,
  ): Promise<AdminResponse> {
    if (peers.isGone(adminRequest.address)) throw new Refusal(hungUp)
    const refusal = await refusalOf({ ...adminRequest, key: undefined }, undefined)
    if (refusal) throw new Refusal(refusal)
    const obstacle = clientAddresses.obstacle(adminRequest.request)
    if (obstacle) throw new OperatorError(obstacle, 'forbidden')
    adminRequest.identity = await identified(route, adminRequest)
    const { errors, values } = validateFields(
      route.input,
      await readFields(adminRequest.request, params, route, (bytes) => bodies.open(adminRequest.address, bytes)),
    )
    return errors ? invalid(errors) : route.answer(deps, adminRequest, values)
  }

  /** A wrong session or token counts as a guess. */
  async function identified(route: AdminRoute, adminRequest: AdminRequest) {
    const attempt = await deps.guesses.begin(adminRequest)
    if (attempt.seconds) throw new Refusal(say('too_many_requests', { retry_after: attempt.seconds }))
    let wasGuess = false
    try {
      return await admitted(deps, adminRequest, route)
    } catch (error) {
      wasGuess = error instanceof OperatorError && error.kind === 'unauthenticated' && showsSecret(adminRequest.request)
      throw error
    } finally {
      deps.guesses.conclude(attempt, wasGuess, adminRequest.now)
    }
  }

  function note(
    route: AdminRoute,
    { request, now, address, identity, requestId }: AdminRequest,
    facts: { status: number; ms: number },
  ) {
    log(now, {
      method: request.method,
      route: pathOf(route),
      address,
      status: facts.status,
      user: identity?.user.name,
      request_id: requestId,
      ms: Math.round(facts.ms * 100) / 100,
    })
  }

  const through = (route: AdminRoute) => async (incoming: FrameworkRequest) => {
    const startedAt = stopwatch()
    const adminRequest = adminRequestOf(incoming.request)
    const said = await enter(route, incoming.params ?? {}, adminRequest).catch((error: unknown) =>
      refused(error, (fault) => log(adminRequest.now, faultOf(pathOf(route), fault, adminRequest.requestId))),
    )
    note(route, adminRequest, { status: said.status, ms: stopwatch() - startedAt })
    return reply(said, adminRequest.requestId)
  }

  return { through }
}

const pathOf = ({ route }: AdminRoute) => `${adminPrefix}${route.slice(route.indexOf('/'))}`

/** The response to send. */
export function reply({ status, body, headers: own, cookies = [] }: AdminResponse, requestId: string) {
  const all = new Headers({ ...headers, 'x-request-id': requestId, ...own })
  for (const cookie of cookies) all.append('set-cookie', cookie)
  return new Response(body instanceof ReadableStream ? body : JSON.stringify(body), { status, headers: all })
}
