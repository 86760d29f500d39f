import type { Chance } from '../chance'

const firstBytes = [5, 31, 45, 77, 89, 101, 151, 185]
const byte = (chance: Chance) => chance.below(256)
const group = (chance: Chance) => chance.below(65_536).toString(16)

/** An address of the public internet that nobody honest has. */
export const anIpv4 = (chance: Chance) =>
  `${chance.pick(firstBytes)}.${byte(chance)}.${byte(chance)}.${chance.between(1, 254)}`

/** Addresses of one subscriber's network of IPv6, spread as far as that network is wide. */
export function ipv6Network(chance: Chance, bits: 48 | 56 | 64): () => string {
  const site = `2a0${chance.below(10)}:${group(chance)}:${group(chance)}`
  const subnet = chance.below(256)
  const subnetIn = { 48: () => chance.below(65_536), 56: () => subnet * 256 + byte(chance), 64: () => subnet }[bits]
  return () => `${site}:${subnetIn().toString(16)}:${group(chance)}:${group(chance)}:${group(chance)}:1`
}

/** An address of either kind. */
export const anAddress = (chance: Chance) => (chance.happens(0.7) ? anIpv4(chance) : ipv6Network(chance, 64)())
