import { isIP } from 'node:net'
import type { Config } from '../config'
import { type AddressSet, addressSet } from '../kernel/addresses'
import { innerIpv4, isPublic } from '../kernel/internet'

/** Where webhooks may go. */
export interface AddressGuard {
  /**
   * The addresses a URL leads to, looked up once, every one of them allowed: connect to these and to nothing else.
   * Throws when the URL is unfit, its name unknown, or one of the addresses not allowed (DESIGN 17).
   */
  addressesOf(url: URL): Promise<string[]>
}

type Resolve = (host: string) => Promise<string[]>

/** Asked by c-ares: the system's own look-up holds a thread, and a name server that is silent would hold them all. */
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

/** The host of a URL; an IPv6 address without its brackets. */
export const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')

const isListed = (allowed: AddressSet, address: string) =>
  allowed.has(address) || (isIP(address) === 6 && allowed.has(innerIpv4(address) ?? ''))

/** Why nothing can be posted to a URL, wherever it leads; undefined when it is fit. */
export function problemOfUrl(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'a webhook goes to an http or https address'
  if (url.username || url.password) return "a webhook's address has no user name and no password in it"
  return undefined
}
