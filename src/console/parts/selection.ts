import { useMemo, useState } from 'react'

/** The chosen rows of a table, by their keys. */
export interface Selection {
  readonly keys: ReadonlySet<string>
  has(key: string): boolean
  toggle(key: string): void
  /** Chooses everything between the last chosen row and this one, in the order of the table. */
  extendTo(key: string, order: readonly string[]): void
  set(keys: readonly string[]): void
}

export function useSelection(): Selection {
  const [{ keys, last }, setState] = useState({ keys: new Set<string>(), last: '' })
  return useMemo(
    () => ({
      keys,
      has: (key) => keys.has(key),
      toggle(key) {
        const changed = new Set(keys)
        if (!changed.delete(key)) changed.add(key)
        setState({ keys: changed, last: key })
      },
      extendTo(key, order) {
        const [from, to] = [order.indexOf(last), order.indexOf(key)].sort((a, b) => a - b) as [number, number]
        const between = from < 0 ? [key] : order.slice(from, to + 1)
        setState({ keys: new Set([...keys, ...between]), last: key })
      },
      set: (chosen) => setState({ keys: new Set(chosen), last: '' }),
    }),
    [keys, last],
  )
}
