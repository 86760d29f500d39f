/** An endpoint, as the program describes itself. */
export interface Door {
  method: string
  /** With its parameters in braces. */
  path: string
  /** What an API key must be allowed to, under `/api/v1`. */
  capability: string | undefined
}

interface Description {
  paths: Record<string, Record<string, { 'x-capability'?: string }>>
}

export const doorsIn = ({ paths }: Description): Door[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...{ method: method.toUpperCase(), path },
      capability: operation['x-capability'],
    })),
  )

const admin = '/admin/api'

export const isAdmin = ({ path }: Door) => path.startsWith(`${admin}/`)

/** What needs no key: what everybody may know, and downloads, whose link is the key. */
const forAnybody = [
  /^\/api\/v1\/keys$/,
  /\/products\/\{slug\}\/changelog$/,
  /\/download\//,
  /\/api\/product\/public-key$/,
]

export const needsKey = ({ path }: Door) =>
  path.startsWith('/api/') && !forAnybody.some((pattern) => pattern.test(path))

/** What operators change: everything but who may do what, the keys that sign, and what is moved or kept as a whole. */
const operatorsOwn = [
  /^\/(products|licenses|generators|contracts|releases|webhooks|deliveries|jobs|telemetry|blocklist|optimize|bulk)\b/,
  /^\/customers\/\{email\}\/(block|unblock|revoke|extend|rename|merge)$/,
]
const takesAway = /^\/api-keys\/\{id\}\/disable$/
/** What each user does for themselves; a preview changes nothing. */
const ownAffairs = /^\/(session|operations|users\/\{user\}\/(tokens|sessions|totp|passkeys|recovery-codes))\b/
/** Where people come in who are nobody yet. */
const forNobody =
  /^\/(session(\/(methods|second-factor|passkey|passkey\/options|sso|sso\/start))?|setup(\/(owner|restore))?|link(\/password)?)$/
/** What owners alone look at. */
const ownersSight = /^\/(users|export|backups\/\{file\}|imports.*|customers\/\{email\}\/export)$/
/** What viewers may not look at. */
const operatorsSight = /^\/releases\/\{id\}\/file$/

export const isForNobody = ({ path }: Door) => forNobody.test(path.slice(admin.length))

/** Whether a role may use a route of operators: the model that the server is held against. */
export function mayUse(role: 'viewer' | 'operator', { method, path }: Door): boolean {
  const route = path.slice(admin.length)
  if (ownAffairs.test(route) || forNobody.test(route)) return true
  if (method === 'GET') return !ownersSight.test(route) && (role === 'operator' || !operatorsSight.test(route))
  return role === 'operator' && [...operatorsOwn, takesAway].some((pattern) => pattern.test(route))
}
