import { BlockList, isIP } from 'node:net'

/** IPv4 ranges outside the public internet, from IANA's registry of special-purpose addresses. */
const specialIpv4 = listOf('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

/** Global unicast: the rest of IPv6 is local, multicast, translated or reserved. */
const globalIpv6 = listOf('ipv6', ['2000::/3'])

/** Non-public ranges within global unicast: protocol assignments including Teredo, documentation. */
const specialIpv6 = listOf('ipv6', ['2001::/23', '2001:db8::/32', '3fff::/20'])

/** IPv6 prefixes that embed an IPv4 address, and the byte it starts at. */
const translated = [
  { list: listOf('ipv6', ['::ffff:0:0/96']), at: 12 },
  { list: listOf('ipv6', ['64:ff9b::/96']), at: 12 },
  { list: listOf('ipv6', ['2002::/16']), at: 2 },
]

function listOf(family: 'ipv4' | 'ipv6', ranges: string[]) {
  const list = new BlockList()
  for (const range of ranges) {
    const [address, bits] = range.split('/') as [string, string]
    list.addSubnet(address, Number(bits), family)
  }
  return list
}

/** Whether an address is on the public internet; an address that embeds an IPv4 address is classified by that. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !specialIpv4.check(address, 'ipv4')
  if (isIP(address) !== 6 || address.includes('%')) return false
  const inner = innerIpv4(address)
  if (inner) return isPublic(inner)
  return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6')
}

/** The IPv4 address embedded in an IPv6 one: mapped, NAT64 or 6to4. */
export function innerIpv4(address: string): string | undefined {
  const bytes = ipv6Bytes(address)
  const found = translated.find(({ list }) => list.check(address, 'ipv6'))
  return found && bytes.slice(found.at, found.at + 4).join('.')
}

/** The sixteen bytes of a valid IPv6 address. */
export function ipv6Bytes(address: string): number[] {
  const [left = '', right] = address.split('::')
  const head = bytesOf(left)
  const tail = right === undefined ? [] : bytesOf(right)
  return [...head, ...Array<number>(16 - head.length - tail.length).fill(0), ...tail]
}

const bytesOf = (groups: string) =>
  groups
    .split(':')
    .filter(Boolean)
    .flatMap((group) => {
      if (group.includes('.')) return group.split('.').map(Number)
      const value = Number.parseInt(group, 16)
      return [value >> 8, value & 255]
    })
