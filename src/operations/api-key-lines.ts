import { everything, presets } from '../access/capabilities'

/** The rights of a key, in as few words as possible. */
export function permissionWords(held: string[]) {
  if (held.includes(everything)) return 'everything'
  const preset = Object.entries(presets).find(([, usual]) => isSame(usual, held))
  return preset?.[0] ?? held.join(',')
}

const isSame = (some: readonly string[], others: readonly string[]) =>
  [...some].sort().join() === [...others].sort().join()
