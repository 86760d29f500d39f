import { everything, presets } from '../access/capabilities'

/** What it may do, in as few words as there are for it. */
export function mayOf(held: string[]) {
  if (held.includes(everything)) return 'everything'
  const preset = Object.entries(presets).find(([, usual]) => isSame(usual, held))
  return preset?.[0] ?? held.join(',')
}

const isSame = (some: readonly string[], others: readonly string[]) =>
  [...some].sort().join() === [...others].sort().join()
