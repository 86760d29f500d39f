import { isIP } from 'node:net'
import { ipv6Bytes } from './internet'

/** A network whose requests are counted together. */
export interface Network {
  readonly name: string
  /** Its limit, as a multiple of the limit of the address's narrowest network. */
  readonly factor: number
}

// A subscriber has at least a /64, often a /56 or a /48; counting all three keeps one subscriber from posing as many.
const widths = [
  { bits: 64, factor: 1 },
  { bits: 56, factor: 2 },
  { bits: 48, factor: 4 },
]

const rememberedMax = 10_000
const remembered = new Map<string, readonly Network[]>()

/**
 * The networks an address is counted in, narrowest first: for IPv4 the address itself, for IPv6 its /64, /56 and /48.
 */
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
