import { BlockList, isIP, isIPv6 } from 'node:net'

/** A set of addresses: single ones and CIDR ranges, IPv4 and IPv6. */
export interface AddressSet {
  has(address: string): boolean
}

/** An address or CIDR range in canonical form; undefined for any other text. */
export function parseCidr(text: string): { address: string; family: 'ipv4' | 'ipv6'; bits: number } | undefined {
  const [address = '', prefix, ...rest] = text.trim().split('/')
  const version = isIP(address)
  if (!version || address.includes('%') || rest.length) return undefined
  const most = version === 4 ? 32 : 128
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most)) return undefined
  return { address, family: version === 4 ? 'ipv4' : 'ipv6', bits: prefix === undefined ? most : Number(prefix) }
}

// The cache holds the few addresses that ask again and again: a lookup in the list takes ten times as long.
const askedMax = 1000

const known = new WeakMap<readonly string[], AddressSet>()

/** A set of the texts that `parseCidr` accepts; the others are ignored. Cached per list object. */
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
      if (asked.size === askedMax) asked.clear()
      asked.set(address, isIn)
      return isIn
    },
  }
}

/** An IPv4-mapped IPv6 address in the form of RFC 5952: `::ffff:cb00:7107`. */
const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

/**
 * The canonical form for comparing and counting: no zone, IPv6 as in RFC 5952, IPv4-mapped IPv6 as IPv4. Undefined when
 * the text is not an address.
 */
export function canonicalAddress(text: string): string | undefined {
  const zone = text.indexOf('%')
  const bare = zone < 0 ? text : text.slice(0, zone)
  const version = isIP(bare)
  if (version !== 6) return version ? bare : undefined
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const [, high, low] = mapped.exec(canonical) ?? []
  return high && low ? ipv4Of(Number.parseInt(high, 16), Number.parseInt(low, 16)) : canonical
}

const ipv4Of = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The canonical form of an address; any other text unchanged. */
export const plainAddress = (text: string) => canonicalAddress(text) ?? text

/** Alternates IPv6 and IPv4, keeping the order within each family. */
export function interleaveFamilies(addresses: readonly string[]): string[] {
  const v6 = addresses.filter(isIPv6)
  const v4 = addresses.filter((address) => !isIPv6(address))
  return Array.from({ length: Math.max(v6.length, v4.length) }, (_, i) => [v6[i], v4[i]])
    .flat()
    .filter((address) => address !== undefined)
}
