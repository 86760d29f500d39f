import { textLengthMax } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { parseCell } from './json'

/** A metadata key and value of a licence or product. */
export interface MetaLine {
  key: string
  value: string
}

export const metaKeyLengthMax = 255

/**
 * Parses the metadata of a line: a list of keys and values, or an object. Throws an `OperatorError` if it is invalid.
 */
export function metaOf(given: unknown): MetaLine[] {
  if (given === undefined || given === null || given === '') return []
  const value = typeof given === 'string' ? parseCell(given, 'meta_data') : given
  if (typeof value !== 'object' || !value) throw new OperatorError('meta_data takes {"key": "value"}')
  const pairs: [unknown, unknown][] = Array.isArray(value)
    ? value.map((pair) => [pair?.key ?? pair?.meta_key, pair?.value ?? pair?.meta_value])
    : Object.entries(value)
  const seen = new Set<string>()
  return pairs.map(([key, content]) => {
    if (typeof key !== 'string' || key === '' || key.length > metaKeyLengthMax) {
      throw new OperatorError(`meta_data has an invalid key: a key has 1 to ${metaKeyLengthMax} characters`)
    }
    if (seen.has(key)) throw new OperatorError(`meta_data has the key "${key}" twice`)
    seen.add(key)
    return { key, value: requireValue(key, content) }
  })
}

function requireValue(key: string, content: unknown): string {
  const value = typeof content === 'string' ? content : JSON.stringify(content ?? '')
  if (value === '' || value === '""') throw new OperatorError(`metadata "${key}" has no value`)
  if (value.length > textLengthMax)
    throw new OperatorError(`metadata "${key}" is longer than ${textLengthMax} characters`)
  return value
}

/** The difference between a line's metadata and the existing ones; undefined if all of the line's pairs exist. */
export function metaDifference(here: MetaLine[], said: MetaLine[]): string | undefined {
  const kept = new Map(here.map(({ key, value }) => [key, value]))
  const other = said.find(({ key, value }) => kept.get(key) !== value)
  return other && `its metadata "${other.key}" is another here`
}
