import type { Peers } from '../access/peers'
import type { Cors } from './cors'

type Handler = (request: Request) => Response | Promise<Response>

/** The framework's route table and handler. */
interface Router {
  handle: Handler
  routesAt: (path: string) => { method: string; path: string }[]
  cors: Pick<Cors, 'preflight'>
}

/** The operators' paths: a proxy may block them by path, so only the exact path reaches them. */
const guardedPrefixes = ['/admin', '/metrics']

/** A host of sufficient length: the framework looks for the path from the twelfth character of a URL. */
const origin = 'http://localhost'

/**
 * Serves requests whose exact path is none of the runtime's routes. They are routed once more by a URL in which only
 * the path counts, whatever `Host` holds. Repeated and trailing slashes are dropped, unless the path leads to
 * operators; that, and a path with `.` and `..`, which the runtime has already resolved, is not found.
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
    // A path that begins with two slashes matches no route.
    const routed = new Request(`${origin}${isDetour ? `/${path}` : plain}${query}`, request)
    peers.standIn(routed, request)
    return handle(routed)
  }

const isGuarded = (path: string) => guardedPrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))

/**
 * The path and query of a URL. The runtime resolves `.` and `..`; if `Host` is not a valid host, it leaves out scheme
 * and host, and everything else as it came.
 */
function targetOf(url: string) {
  const [, target = ''] = /^(?:[a-z]+:\/\/[^/?#]*)?(.*)$/is.exec(url) ?? []
  const rooted = `${origin}${target.startsWith('/') ? '' : '/'}${target.replaceAll('#', '%23')}`
  const { pathname: path, search: query } = new URL(rooted)
  return { path, query }
}
