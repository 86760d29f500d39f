import { openAdmission } from '../../access/admission'
import { baseUrlOf } from '../../access/base-url'
import { IncomingRequest } from '../../access/incoming-request'
import { hungUp } from '../../access/peers'
import { faultOf } from '../../database/failure'
import type { Deps } from '../../deps'
import { stopwatch } from '../../kernel/clock'
import { OperatorError } from '../../kernel/operator-error'
import { Refusal, say } from '../../kernel/outcome'
import type { Identity } from '../../users/tokens'
import { AdminRequest } from './admin-request'
import { invalid, refused } from './answers'
import { admitted, showsSecret } from './caller'
import { readFields, validateFields } from './fields'
import { isMaskedFor, maskedResponse } from './masking'
import { type AdminResponse, type AdminRoute, adminPrefix } from './route'

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
  const admission = openAdmission(deps)

  const incomingOf = (request: Request) =>
    new IncomingRequest(request, clock(), peers.addressOf(request), clientAddresses.of)

  const isHttps = ({ request }: IncomingRequest) =>
    config.tls_cert !== '' || baseUrlOf(deps, request)?.startsWith('https:') === true

  /** Identifies the caller; throws a `Refusal` or an `OperatorError` if the request is not admitted. */
  async function admit(route: AdminRoute, incoming: IncomingRequest): Promise<AdminRequest> {
    const { request, now, address } = incoming
    if (peers.isGone(address)) throw new Refusal(hungUp)
    const refusal = await admission({ key: undefined, address, now }, { capability: undefined })
    if (refusal) throw new Refusal(refusal)
    const obstacle = clientAddresses.obstacle(request)
    if (obstacle) throw new OperatorError(obstacle, 'forbidden')
    return new AdminRequest(incoming, isHttps(incoming), await identified(route, incoming))
  }

  async function answer(route: AdminRoute, params: Record<string, string>, adminRequest: AdminRequest) {
    const { request, address } = adminRequest
    const { errors, values } = validateFields(
      route.input,
      await readFields(request, params, route, (bytes) => bodies.open(address, bytes)),
    )
    return errors ? invalid(errors) : route.answer(deps, adminRequest, values)
  }

  /** A wrong session or token counts as a guess. */
  async function identified(route: AdminRoute, incoming: IncomingRequest) {
    const attempt = await deps.guesses.begin(incoming)
    if (attempt.seconds) throw new Refusal(say('too_many_requests', { retry_after: attempt.seconds }))
    let wasGuess = false
    try {
      return await admitted(deps, incoming, route)
    } catch (error) {
      wasGuess = error instanceof OperatorError && error.kind === 'unauthenticated' && showsSecret(incoming.request)
      throw error
    } finally {
      deps.guesses.conclude(attempt, wasGuess, incoming.now)
    }
  }

  function note(route: AdminRoute, incoming: IncomingRequest, facts: { status: number; user?: string; ms: number }) {
    log(incoming.now, {
      method: incoming.request.method,
      route: pathOf(route),
      address: incoming.address,
      status: facts.status,
      user: facts.user,
      request_id: incoming.requestId,
      ms: Math.round(facts.ms * 100) / 100,
    })
  }

  const through = (route: AdminRoute) => async (request: Bun.BunRequest) => {
    const startedAt = stopwatch()
    const incoming = incomingOf(request)
    const { now, requestId } = incoming
    let identity: Identity | undefined
    const refuse = (error: unknown): AdminResponse =>
      refused(error, (fault) => log(now, faultOf(pathOf(route), fault, requestId)))
    const full = await admit(route, incoming)
      .then((adminRequest) => {
        identity = adminRequest.identity
        return answer(route, request.params ?? {}, adminRequest)
      })
      .catch(refuse)
    const response = isMaskedFor(identity?.user, route) ? await maskedResponse(deps, full).catch(refuse) : full
    const user = (response.identity ?? identity)?.user.name
    note(route, incoming, { status: response.status, ...(user && { user }), ms: stopwatch() - startedAt })
    return reply(response, requestId)
  }

  return { through }
}

const pathOf = ({ route }: AdminRoute) => `${adminPrefix}${route.slice(route.indexOf('/'))}`

/** The response to send. */
export function reply({ status, body, headers: own, cookies = [] }: AdminResponse, requestId: string) {
  const all = new Headers({ ...headers, 'x-request-id': requestId, ...own })
  for (const cookie of cookies) all.append('set-cookie', cookie)
  const isRaw = body === null || body instanceof ReadableStream || body instanceof Blob
  return new Response(isRaw ? body : JSON.stringify(body), { status, headers: all })
}
