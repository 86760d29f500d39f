import { isIP } from 'node:net'
import { ipv6Bytes } from './internet'

/** A network that requests are counted in. */
export interface Network {
  readonly name: string
  /** How many times as much as the narrowest network of its address it may do. */
  readonly factor: number
}

// One subscriber has a /64 at least, often a /56 or a /48: whoever spreads over it is still one.
const widths = [
  { bits: 64, factor: 1 },
  { bits: 56, factor: 2 },
  { bits: 48, factor: 4 },
]

const rememberedMax = 10_000
const remembered = new Map<string, readonly Network[]>()

/** The networks an address is counted in, the narrowest first: an IPv4 address alone, IPv6 by /64, /56 and /48. */
export function networksOf(address: string): readonly Network[] {
  const known = remembered.get(address)
  if (known) return known
  const networks = isIP(address) === 6 ? ipv6Networks(address) : [{ name: address, factor: 1 }]
  if (remembered.size >= rememberedMax) remembered.clear()
  remembered.set(address, networks)
  return networks
}

/** The narrowest network of an address: the address itself for IPv4, its /64 for IPv6. */
export const networkOf = (address: string) => networksOf(address)[0]!.name

function ipv6Networks(address: string): Network[] {
  const hex = Buffer.from(ipv6Bytes(address)).toString('hex')
  return widths.map(({ bits, factor }) => ({ name: `${hex.slice(0, bits / 4)}/${bits}`, factor }))
}
