import { BlockList, isIP } from 'node:net'

/** A set of addresses: single ones and CIDR ranges, IPv4 and IPv6. */
export interface AddressSet {
  has(address: string): boolean
}

/** An address or CIDR range in its usual form; undefined when the text is neither. */
export function parseCidr(text: string): { address: string; family: 'ipv4' | 'ipv6'; bits: number } | undefined {
  const [address = '', prefix, ...rest] = text.trim().split('/')
  const version = isIP(address)
  if (!version || address.includes('%') || rest.length) return undefined
  const most = version === 4 ? 32 : 128
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most)) return undefined
  return { address, family: version === 4 ? 'ipv4' : 'ipv6', bits: prefix === undefined ? most : Number(prefix) }
}

// The same few ask again and again, and to look one up in the list takes ten times as long.
const mostAsked = 1000

const known = new WeakMap<readonly string[], AddressSet>()

/** A set of addresses from texts that `parseCidr` accepts; others are left out. The same list gives the same set. */
export function addressSet(texts: readonly string[]): AddressSet {
  const set = known.get(texts) ?? setOf(texts)
  known.set(texts, set)
  return set
}

function setOf(texts: readonly string[]): AddressSet {
  if (!texts.length) return { has: () => false }
  const list = new BlockList()
  for (const text of texts) {
    const range = parseCidr(text)
    if (range) list.addSubnet(range.address, range.bits, range.family)
  }
  const asked = new Map<string, boolean>()
  return {
    has(address) {
      const before = asked.get(address)
      if (before !== undefined) return before
      const version = isIP(address)
      if (!version) return false
      const isIn = list.check(address, version === 6 ? 'ipv6' : 'ipv4')
      if (asked.size === mostAsked) asked.clear()
      asked.set(address, isIn)
      return isIn
    },
  }
}

/** IPv4 addresses that arrive in IPv6 clothes, undressed. */
export const plainAddress = (address: string) =>
  address.startsWith('::ffff:') && isIP(address.slice(7)) ? address.slice(7) : address

/**
 * The client's address: the socket's, unless that is a trusted proxy; then the right-most hop of `X-Forwarded-For`
 * that is not one.
 */
export function clientAddress(socketAddress: string, forwardedFor: string | null, trusted: AddressSet): string {
  const address = plainAddress(socketAddress)
  if (!forwardedFor || !trusted.has(address)) return address
  const hops = forwardedFor.split(',').map((hop) => plainAddress(hop.trim()))
  let client = address
  while (hops.length && trusted.has(client)) {
    const hop = hops.pop()!
    // A hop that is no address was written by someone who is not one of our proxies.
    if (!isIP(hop)) break
    client = hop
  }
  return client
}
