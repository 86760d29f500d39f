import { type AnyElysia, Elysia } from 'elysia'
import type { Deps } from '../deps'
import { activationRoutes } from '../features/activations/routes'
import { assignments } from '../features/assignments/routes'
import { contractRoutes } from '../features/contracts/routes'
import { downloads } from '../features/downloads/routes'
import { entitlements } from '../features/entitlements/routes'
import { generatorRoutes } from '../features/generators/routes'
import { licenseRoutes } from '../features/licenses/routes'
import { metadata } from '../features/metadata/routes'
import { offline } from '../features/offline/routes'
import { productInformation, publicKeyFile, publicKeySync } from '../features/product-information/routes'
import { productRoutes } from '../features/products/routes'
import { publicKeys } from '../features/public-keys/routes'
import { telemetryRoutes } from '../features/telemetry/routes'
import { adminHandlers, adminNotFound, adminPlaces } from './admin/routes'
import { clientFiles } from './client-files'
import { consolePages } from './console'
import { openCors } from './cors'
import { docs } from './docs'
import { envelope } from './envelope'
import { metricsPage } from './metrics'
import { notFound } from './not-found'
import { ops } from './ops'
import { normalizePath } from './path-normalization'

/** The prefixes of the contract's endpoints: PHP and WooCommerce clients use the first, JS clients the second. */
const prefixes = ['/api/v1', '/v1'] as const

/** The prefix under which PHP clients look for a product's public key, and nothing else (CONTRACT §9). */
const keySyncPrefix = '/api/api/v1'

/** The endpoints by feature. */
const features: ((deps: Deps) => AnyElysia)[] = [
  productRoutes,
  licenseRoutes,
  generatorRoutes,
  activationRoutes,
  assignments,
  contractRoutes,
  metadata,
  telemetryRoutes,
  productInformation,
  publicKeys,
  entitlements,
  downloads,
  offline,
]

const contract = (deps: Deps, prefix: (typeof prefixes)[number]) =>
  features.reduce((app: AnyElysia, feature) => app.use(feature(deps)), new Elysia({ prefix }))

/**
 * The whole server. Hooks apply to the routes registered after them: health and metrics come before the envelope, the
 * contract's endpoints after it. The operators' routes have no hooks and are the runtime's.
 */
export function buildApp(deps: Deps): AnyElysia {
  const unmatched = (request: Request) => normalized(request)
  const app: AnyElysia = new Elysia({
    normalize: false,
    serve: { routes: { ...adminHandlers(deps), '/*': unmatched } } as object,
  })
  const routesAt = routesOf(app)
  const methodsAt = (path: string) => [...new Set(routesAt(path).map(({ method }) => method))]
  const cors = openCors(deps.answerConfig, () => app.routes)
  const normalized = normalizePath({ handle: (request) => app.fetch(request), routesAt, cors }, deps.peers)
  return app
    .onStart(({ server }) => deps.peers.attach(server!))
    .use(ops(deps))
    .use(metricsPage(deps))
    .use(docs(deps, () => app))
    .use(consolePages(deps))
    .use(adminNotFound(methodsAt))
    .use(envelope(deps, cors))
    .use(contract(deps, prefixes[0]))
    .use(contract(deps, prefixes[1]))
    .use(new Elysia({ prefix: keySyncPrefix }).use(publicKeySync(deps)))
    .use(publicKeyFile(deps))
    .use(clientFiles(deps))
    .use(notFound(deps, methodsAt))
}

/** Looks up the routes of a path, one per method. They are indexed once, at the first call. */
function routesOf(app: AnyElysia) {
  let routes: Map<number, { method: string; path: string; parts: string[] }[]> | undefined
  const routesByLength = () =>
    Map.groupBy(
      [...app.routes, ...adminPlaces]
        .filter(({ method }) => method !== 'ALL')
        .map(({ method, path }) => ({ method, path, parts: path.split('/') })),
      ({ parts }) => parts.length,
    )
  return (path: string) => {
    routes ??= routesByLength()
    const given = path.split('/')
    return routes.get(given.length)?.filter(({ parts }) => fits(parts, given)) ?? []
  }
}

/** Whether a path, in parts, matches a route: a parameter matches any part that is not empty. */
const fits = (route: string[], given: string[]) =>
  route.every((part, i) => part === given[i] || (part.startsWith(':') && given[i] !== ''))
