import type { LineFields, Table } from '../tables/table'
import { canonical, type FileMapping } from './mapping'

/** The column of refused files that holds the reason; skipped when such a file is imported. */
export const reasonColumn = 'refused_because'

/** A name without case, spaces, dashes and other punctuation, so that `E-Mail`, `e_mail` and `Email` match. */
export const squashed = (name: string) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** The matching name in a list: the exact one, else one that is equal when both are squashed. */
export function nameMeant(name: string, names: readonly string[]): string | undefined {
  const bare = squashed(name)
  return names.find((each) => each === name) ?? names.find((each) => bare !== '' && squashed(each) === bare)
}

/**
 * The field of a column: as mapped, else by its name or one of its usual spellings. Empty for a column to skip,
 * undefined for an unknown one.
 */
export function fieldOf(column: string, { table, columns }: FileMapping): string | undefined {
  if (column === reasonColumn || column === 'table' || column.trim() === '') return ''
  const mapped = columns[nameMeant(column, Object.keys(columns)) ?? '']
  if (mapped !== undefined) return mapped === '' ? '' : canonical(mapped, table)
  const metaName = /^meta[:.](.+)$/i.exec(column.trim())?.[1]
  if (metaName && table.nested?.includes('meta_data')) return `meta:${metaName}`
  const known = canonical(column, table) ?? spelledOut(table).get(squashed(column))
  return known ?? (columns['*'] === '' ? '' : undefined)
}

const spellings = new WeakMap<Table, Map<string, string>>()

/** The field of each column name of a table, squashed; empty for those that are skipped. */
function spelledOut(table: Table): Map<string, string> {
  const here = spellings.get(table)
  if (here) return here
  const names: [string, string][] = [
    ...(table.ignored ?? []).map((name): [string, string] => [name, '']),
    ...Object.entries(table.spellings ?? {}),
    ...Object.entries(table.model.properties).flatMap(([field, schema]) =>
      ((schema['x-aliases'] ?? []) as string[]).map((alias): [string, string] => [alias, field]),
    ),
    ...[...Object.keys(table.model.properties), ...(table.nested ?? [])].map((name): [string, string] => [name, name]),
  ]
  const made = new Map(names.map(([name, field]) => [squashed(name), field]))
  spellings.set(table, made)
  return made
}

/** Fields that refer to another thing. Files may name it twice, by id and by name. */
const references: readonly string[] = ['product', 'contract', 'generator', 'license']

/**
 * Puts a column's value into a line's fields. If two columns have one field, the non-empty one counts; returns false if
 * both have values that differ. If two columns refer to one thing, by id and by name, the first counts.
 */
export function put(fields: LineFields, field: string, value: unknown): boolean {
  if (isEmpty(fields[field])) {
    fields[field] = value
    return true
  }
  return isEmpty(value) || references.includes(field) || JSON.stringify(fields[field]) === JSON.stringify(value)
}

/** Why a line with two contradicting columns is refused; `fieldOfEach` gives each column's field. */
export function columnConflict(column: string, columns: readonly string[], fieldOfEach: (column: string) => unknown) {
  const field = fieldOfEach(column)
  const other = columns.find((each) => each !== column && fieldOfEach(each) === field)
  if (other === undefined) return `two columns are called "${column}", and differ: give each a name of its own`
  return `the columns "${other}" and "${column}" both mean ${field}, and differ: skip one with --map "${column}="`
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === ''

/** Fills a line's missing fields with default values. */
export function withDefaults(fields: LineFields, defaults: LineFields): LineFields {
  for (const [field, value] of Object.entries(defaults)) if (isEmpty(fields[field])) fields[field] = value
  return fields
}
