/** The path of each endpoint after `/api/v1/`. */
export const endpoints: readonly string[] = [
  'verify',
  'activate',
  'deactivate',
  'get-license-key-details',
  'get-license-file',
  'licenses/:license_key/features/:feature',
  'licenses/:license_key/offline-file',
  'access-downloadables',
  'download/:token/:license_key/:identifier/:numeric_version',
  'assign-license-key',
  'assign-and-activate-license-key',
  'random-assign-license-keys',
  'random-assign-license-keys-queued',
  'create-license-keys',
  'update-license-key',
  'delete-license-key',
  'get-license-keys',
  'get-available-license-keys-count',
  'get-all-generators',
  'generate',
  'create-product',
  'update-product',
  'delete-product',
  'get-all-products',
  'get-product',
  'get-product-meta',
  'get-product-changelog',
  'products/:slug/changelog',
  'get-product-public-key',
  'keys',
  'create-contract',
  'update-contract',
  'delete-contract',
  'get-all-contracts',
  'contracts/get-info',
  'contracts/generate',
  'contracts/destroy',
  'contracts/destroy-all',
  'create-license-key-meta',
  'update-license-key-meta',
  'delete-license-key-meta',
  'create-product-meta',
  'update-product-meta',
  'delete-product-meta',
  'send-telemetry-data',
  'send-telemetry',
  'get-telemetry-data',
  'get-telemetry',
]

const prefixes = ['/api/v1/', '/v1/', '/api/api/v1/']
const otherPaths: Record<string, readonly string[]> = { 'get-product-public-key': ['/api/product/public-key'] }

/**
 * The routes an operator's text matches, as the call log stores them: a method and path, a path, an endpoint's name, or
 * the last word of its path. Empty if no endpoint matches.
 */
export const routesNamed = (text: string): string[] =>
  endpointsNamed(text).flatMap((endpoint) => [
    ...prefixes.map((prefix) => `${prefix}${endpoint}`),
    ...(otherPaths[endpoint] ?? []),
  ])

/** The endpoints an operator's text matches, likewise. */
export function endpointsNamed(text: string): string[] {
  const path = text.trim().replace(/^[A-Za-z]+\s+(?=\/)/, '')
  const named = endpointOf(path).replace(/\./g, '/')
  return endpoints.filter((endpoint) => isPathOf(named, endpoint) || endpoint.endsWith(`/${named}`))
}

function endpointOf(path: string) {
  const other = Object.entries(otherPaths).find(([, paths]) => paths.includes(path))
  const prefix = prefixes.toSorted((a, b) => b.length - a.length).find((each) => path.startsWith(each))
  return other?.[0] ?? (prefix ? path.slice(prefix.length) : path)
}

/** Whether a path is an endpoint's, with its parameters as they are or with values. */
function isPathOf(path: string, endpoint: string) {
  const [given, declared] = [path.split('/'), endpoint.split('/')]
  return (
    given.length === declared.length &&
    declared.every((part, i) => part === given[i] || (part.startsWith(':') && given[i] !== ''))
  )
}

/** An endpoint's name for its route; other routes unchanged. */
export function endpointName(route: string) {
  const path = route.replace(/^[A-Z]+ /, '')
  const endpoint = endpointOf(path)
  return endpoints.includes(endpoint) ? endpoint : path
}
