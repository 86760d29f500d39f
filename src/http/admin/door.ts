import { openAdmission } from '../../access/admission'
import { faultOf } from '../../database/failure'
import type { Deps } from '../../deps'
import { baseUrlOf } from '../../features/downloads/base-url'
import { addressSet } from '../../kernel/addresses'
import { stopwatch } from '../../kernel/clock'
import { Refusal, say } from '../../kernel/outcome'
import { requestIdOf } from '../../kernel/request-id'
import { Sorry } from '../../kernel/sorry'
import { invalid, refused } from './answers'
import { admitted, showsSecret } from './caller'
import { fieldsOf, judged } from './fields'
import { type AdminRoute, adminPrefix, type Said, type Visit } from './route'

/** A request as the framework hands it over. */
interface Arrival {
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

/** The one way in under `/admin/api`: address, then person and role, then fields. It always answers, and never throws. */
export function openDoor(deps: Deps) {
  const { bodies, config, clock, log, peers, clientAddresses } = deps
  const refusalOf = openAdmission(deps)

  function visitOf(request: Request): Visit {
    const socketAddress = peers.addressOf(request)
    // A setting that may change while the server runs.
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

  async function enter(route: AdminRoute, params: Record<string, string>, visit: Visit): Promise<Said> {
    const refusal = await refusalOf({ ...visit, key: undefined }, undefined)
    if (refusal) throw new Refusal(refusal)
    const obstacle = clientAddresses.obstacle(visit.request)
    if (obstacle) throw new Sorry(obstacle, 'forbidden')
    visit.identity = await identified(route, visit)
    const { errors, values } = judged(
      route.input,
      await fieldsOf(visit.request, params, route, (bytes) => bodies.open(visit.address, bytes)),
    )
    return errors ? invalid(errors) : route.answer(deps, visit, values)
  }

  /** A session or token that is wrong is a guess like any other. */
  async function identified(route: AdminRoute, visit: Visit) {
    const attempt = await deps.guesses.begin(visit)
    if (attempt.seconds) throw new Refusal(say('too_many_requests', { retry_after: attempt.seconds }))
    let wasGuess = false
    try {
      return await admitted(deps, visit, route)
    } catch (error) {
      wasGuess = error instanceof Sorry && error.reason === 'stranger' && showsSecret(visit.request)
      throw error
    } finally {
      deps.guesses.conclude(attempt, wasGuess, visit.now)
    }
  }

  function note(
    route: AdminRoute,
    { request, now, address, identity, requestId }: Visit,
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

  const through = (route: AdminRoute) => async (arrival: Arrival) => {
    const startedAt = stopwatch()
    const visit = visitOf(arrival.request)
    const said = await enter(route, arrival.params ?? {}, visit).catch((error: unknown) =>
      refused(error, (fault) => log(visit.now, faultOf(pathOf(route), fault))),
    )
    note(route, visit, { status: said.status, ms: stopwatch() - startedAt })
    return reply(said, visit.requestId)
  }

  return { through }
}

const pathOf = ({ route }: AdminRoute) => `${adminPrefix}${route.slice(route.indexOf('/'))}`

/** An answer as it leaves. */
export function reply({ status, body, headers: own, cookies = [] }: Said, requestId: string) {
  const all = new Headers({ ...headers, 'x-request-id': requestId, ...own })
  for (const cookie of cookies) all.append('set-cookie', cookie)
  return new Response(body instanceof ReadableStream ? body : JSON.stringify(body), { status, headers: all })
}
