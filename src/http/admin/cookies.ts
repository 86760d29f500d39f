import type { Config } from '../../config'
import { deviceLifetimeMs } from '../../users/known-device'
import { ticketLifetimeMs } from '../../users/ticket'
import { sessionLifetimeMs } from '../../users/tokens'

export const cookieName = 'latchkey_session'

/** Every cookie, and for how long a browser keeps it. */
const lifetimes = {
  [cookieName]: sessionLifetimeMs,
  latchkey_device: deviceLifetimeMs,
  /** A password was right, and a second factor has to follow. */
  latchkey_pending: ticketLifetimeMs,
  /** What a passkey has to sign, or what an OpenID provider has to send back. */
  latchkey_challenge: ticketLifetimeMs,
} as const
type CookieName = keyof typeof lifetimes

interface Secure {
  isHttps: boolean
  request: Request
}

/** A `Set-Cookie` header, which deletes the cookie if there is no value. */
export const cookie = (
  name: CookieName,
  value: string | undefined,
  { isHttps, request }: Secure,
  config: Config,
): string =>
  [
    `${name}=${value ?? ''}`,
    `Path=${pathPrefixOf(request, config)}/admin`,
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${value ? lifetimes[name] / 1000 : 0}`,
    ...(isHttps ? ['Secure'] : []),
  ].join('; ')

/** The value of a cookie, as sent by the browser. */
export function cookieIn({ headers }: Request, name: CookieName): string | undefined {
  const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
  return value && /^[\w.-]+$/.test(value) ? value : undefined
}

/**
 * The path prefix at which browsers see this server, if `base_url` names one and the request used its host, so that
 * other programs on that host do not get our cookies. A tunnel past the proxy uses another host.
 */
export function pathPrefixOf({ headers }: Request, { base_url }: Config): string {
  if (!base_url) return ''
  const { host, pathname } = new URL(base_url)
  return headers.get('host')?.toLowerCase() === host ? pathname.replace(/\/+$/, '') : ''
}
