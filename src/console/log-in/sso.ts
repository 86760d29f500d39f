import { useQuery } from '@tanstack/react-query'
import { basePath } from '../api/base-path'
import { call } from '../api/client'

const returnKey = 'latchkey-return-to'

/** The OpenID provider that users can log in through, if there is one. */
export const useProvider = () =>
  useQuery({
    queryKey: ['GET /session/methods'],
    queryFn: ({ signal }) => call('GET /session/methods', {}, { signal }),
  }).data?.sso

/** Leaves for the provider; the browser comes back to `/console/login` and then to this address. */
export async function leaveForProvider() {
  const { url } = await call('POST /session/sso/start', {})
  sessionStorage.setItem(returnKey, location.href)
  location.assign(url)
}

/** Opens the log-in at the provider in another tab, which asks for the password anew. */
export async function openProvider() {
  const { url } = await call('POST /session/sso/start', { fresh: true })
  window.open(url, '_blank', 'noopener')
}

/** The query with which the provider has sent the browser back; undefined at any other address. */
export function returnedQuery(): string | undefined {
  const query = new URLSearchParams(location.search)
  const isBack = location.pathname === `${basePath}/console/login` && query.has('state')
  return isBack ? location.search.slice(1) : undefined
}

/** Goes to where the log-in began, without the provider's code in the history. */
export function goBack() {
  const target = sessionStorage.getItem(returnKey) ?? `${basePath}/console`
  sessionStorage.removeItem(returnKey)
  location.replace(target)
}
