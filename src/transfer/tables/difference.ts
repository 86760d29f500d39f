import { fieldName } from '../../kernel/fields'
/**
 * The first difference between a line and the existing row, as the end of a sentence; undefined if there is none.
 * Fields the line leaves out are not compared.
 */
export function differenceOf(here: object, said: object): string | undefined {
  for (const [name, value] of Object.entries(said)) {
    if (value === undefined || omitted.includes(name)) continue
    const kept = (here as Record<string, unknown>)[name]
    if (textOf(kept) !== textOf(value)) return `its ${fieldName(name)} is ${shown(kept)} here, not ${shown(value)}`
  }
  return undefined
}

// An id may be another here; the others change by themselves.
const omitted: readonly string[] = ['id', 'updatedAt', 'lastUsedAt', 'lastVerifiedAt']

const textOf = (value: unknown) => JSON.stringify(value ?? null, sorted)

/** Sorts keys, since JSON objects are equal in any key order. */
const sorted = (_: string, value: unknown) =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

const shownMax = 60

function shown(value: unknown) {
  const text = JSON.stringify(value ?? null)
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text
}
