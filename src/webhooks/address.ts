import { isIP } from 'node:net'
import type { Config } from '../config'
import { type AddressSet, addressSet } from '../kernel/addresses'
import { innerIpv4, isPublic } from '../kernel/internet'

/** Decides which addresses webhooks may be sent to. */
export interface AddressGuard {
  /**
   * Resolves a URL's host once and returns its addresses, all allowed: connect to these and to nothing else. Throws if
   * the URL is unfit, the name unknown, or one of the addresses not allowed.
   */
  addressesOf(url: URL): Promise<string[]>
}

type Resolve = (host: string) => Promise<string[]>

/** Uses c-ares: the system's resolver holds a thread per lookup, and a silent name server would hold them all. */
const resolveAll: Resolve = async (host) =>
  (await Bun.dns.lookup(host, { backend: 'c-ares' })).map(({ address }) => address)

export function openAddressGuard(
  config: Pick<Config, 'allow_private_webhooks' | 'webhook_allow_list'>,
  resolve = resolveAll,
): AddressGuard {
  const isAllowed = (address: string) =>
    config.allow_private_webhooks === 'on' ||
    isPublic(address) ||
    isListed(addressSet(config.webhook_allow_list), address)

  return {
    async addressesOf(url) {
      const problem = problemOfUrl(url)
      if (problem) throw new Error(problem)
      const host = hostOf(url)
      const addresses = isIP(host) ? [host] : await resolve(host)
      if (!addresses.length) throw new Error(`${host} has no address`)
      const refused = addresses.find((address) => !isAllowed(address))
      if (refused)
        throw new Error(`${refused} is a private or reserved address: the setting webhook_allow_list allows it`)
      return addresses
    },
  }
}

/** The host of a URL; an IPv6 address without brackets. */
export const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')

const isListed = (allowed: AddressSet, address: string) =>
  allowed.has(address) || (isIP(address) === 6 && allowed.has(innerIpv4(address) ?? ''))

/** Why a URL cannot be posted to, whatever its address; undefined if it can. */
export function problemOfUrl(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'a webhook goes to an http or https address'
  if (url.username || url.password) return "a webhook's address has no user name and no password in it"
  return undefined
}
