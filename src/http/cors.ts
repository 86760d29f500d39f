import { presets } from '../access/capabilities'
import type { Config } from '../config'

/** A route, as far as CORS needs it. */
interface Route {
  method: string
  path: string
  hooks?: { detail?: { security?: unknown[]; 'x-capability'?: string } }
}

type Headers = Record<string, string>

/** The CORS policy of the contract's endpoints. */
export interface Cors {
  /** The CORS headers for an answer of that route; undefined for none. */
  headersFor(route: string, request: Request): Headers | undefined
  /** The answer to a preflight request; undefined if no page of another origin is allowed. */
  preflight(request: Request, routes: readonly Route[]): Response | undefined
}

const forAnybody: Headers = { 'access-control-allow-origin': '*' }
const exposed: Headers = { 'access-control-expose-headers': 'Retry-After, X-Request-Id, X-Latchkey-Hint' }
const varies: Headers = { vary: 'Origin' }
const answersHoldSeconds = 600

/**
 * Endpoints that need no API key may be read from any origin; those of the preset `client` from the origins in the
 * setting; all others from none. No answer depends on a cookie.
 */
export function openCors(config: Pick<Config, 'cors_origins' | 'base_url'>, routesOf: () => readonly Route[]): Cors {
  let reaches: Map<string, 'anybody' | 'clients'> | undefined

  function reachOf(path: string) {
    reaches ??= new Map(routesOf().flatMap((route) => reachEntry(route)))
    return reaches.get(path)
  }

  function allowed(request: Request): Headers | undefined {
    const origins = config.cors_origins
    if (!origins.length) return undefined
    if (origins.includes('*')) return forAnybody
    const origin = request.headers.get('origin')?.toLowerCase()
    return origin !== undefined && origins.includes(origin)
      ? { 'access-control-allow-origin': origin, ...varies }
      : varies
  }

  return {
    headersFor(route, request) {
      const reach = reachOf(route)
      const headers = reach === 'anybody' ? forAnybody : reach && allowed(request)
      return headers && { ...headers, ...exposed }
    },
    preflight(request, routes) {
      const wanted = request.headers.get('access-control-request-method')
      if (request.method !== 'OPTIONS' || wanted === null || !request.headers.has('origin')) return undefined
      const route = routes.find(({ method }) => method === wanted)
      const reach = route && reachOf(route.path)
      if (!reach) return undefined
      const headers = reach === 'anybody' ? forAnybody : allowed(request)
      return new Response(null, {
        status: 204,
        headers: {
          // Names the only allowed origin to a browser on another one: this server's.
          'access-control-allow-origin': ownOrigin(request, config.base_url),
          ...headers,
          'access-control-allow-methods': [...new Set(routes.map(({ method }) => method))].join(', '),
          'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, X-Request-Id',
          'access-control-max-age': String(answersHoldSeconds),
          'cache-control': 'no-store',
          ...varies,
        },
      })
    },
  }
}

const isOfContract = (path: string) => path.startsWith('/api/') || path.startsWith('/v1/')

function reachEntry({ path, hooks }: Route): [string, 'anybody' | 'clients'][] {
  const { security, 'x-capability': capability } = hooks?.detail ?? {}
  if (!isOfContract(path)) return []
  if (security?.length === 0) return [[path, 'anybody']]
  return presets.client.some((each) => each === capability) ? [[path, 'clients']] : []
}

const ownOrigin = ({ url }: Request, baseUrl: string) =>
  baseUrl ? new URL(baseUrl).origin : URL.canParse(url) ? new URL(url).origin : 'http://localhost'
