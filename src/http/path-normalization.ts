import type { Peers } from '../access/peers'
import type { Cors } from './cors'

type Handler = (request: Request) => Response | Promise<Response>

/** What the framework knows of its routes, and what serves them. */
interface Router {
  handle: Handler
  routesAt: (path: string) => { method: string; path: string }[]
  cors: Pick<Cors, 'preflight'>
}

/** What belongs to operators: a proxy may keep it from strangers by its path, so it is reached by that very path alone. */
const guardedPrefixes = ['/admin', '/metrics']

/** A host long enough for the framework, which looks for the path from the twelfth character of a URL on. */
const origin = 'http://localhost'

/**
 * Serves the requests whose path, letter for letter, is none of the routes that the runtime knows. The framework routes
 * them once more, by a URL in which only their path counts, whatever `Host` says.
 *
 * Doubled and trailing slashes are dropped, except where a path leads to operators: there, and for `.` and `..`, which the
 * runtime has resolved by now, the request finds nothing.
 */
export const normalizePath =
  ({ handle, routesAt, cors }: Router, peers: Pick<Peers, 'standIn'>): Handler =>
  (request) => {
    const { path, query } = targetOf(request.url)
    const plain = path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const routes = routesAt(plain)
    const isDetour = plain === path ? routes.some((route) => route.method === method) : isGuarded(plain)
    const preflight = isDetour ? undefined : cors.preflight(request, routes)
    if (preflight) return preflight
    // A path that begins with two slashes is no route.
    const routed = new Request(`${origin}${isDetour ? `/${path}` : plain}${query}`, request)
    peers.standIn(routed, request)
    return handle(routed)
  }

const isGuarded = (path: string) => guardedPrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))

/**
 * Where a URL leads. The runtime resolves `.` and `..`, and leaves scheme and host out of it and all else as it came where
 * `Host` is not one.
 */
function targetOf(url: string) {
  const [, target = ''] = /^(?:[a-z]+:\/\/[^/?#]*)?(.*)$/is.exec(url) ?? []
  const rooted = `${origin}${target.startsWith('/') ? '' : '/'}${target.replaceAll('#', '%23')}`
  const { pathname: path, search: query } = new URL(rooted)
  return { path, query }
}
