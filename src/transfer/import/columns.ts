import type { LineFields, Table } from '../tables/table'
import { canonical, type FileMapping } from './mapping'

/** The column of a file of refused lines that says why; it is skipped when such a file is imported. */
export const reasonColumn = 'refused_because'

/** A name without case, spaces, dashes and other signs: files write `E-Mail`, `e_mail` and `Email` for the same. */
export const squashed = (name: string) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** The one of these names that is meant: the very name, else one that is equal when both are squashed. */
export function nameMeant(name: string, names: readonly string[]): string | undefined {
  const bare = squashed(name)
  return names.find((each) => each === name) ?? names.find((each) => bare !== '' && squashed(each) === bare)
}

/**
 * The field a column means: as it was mapped, else by its name or one of its usual spellings. Empty for one that is to be
 * skipped, undefined for one that is not known.
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

/** The field that each name of a table's columns means, squashed; empty for those that are skipped. */
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

/** Fields that name a thing kept elsewhere. Files may name it twice, by its id and by its name. */
const references: readonly string[] = ['product', 'contract', 'generator', 'license']

/**
 * Puts what a column says into a line's fields. Of two columns for one field the one that says something counts; false
 * where both do and contradict each other. Of two names of one product the first counts.
 */
export function put(fields: LineFields, field: string, value: unknown): boolean {
  if (isSilent(fields[field])) {
    fields[field] = value
    return true
  }
  return isSilent(value) || references.includes(field) || JSON.stringify(fields[field]) === JSON.stringify(value)
}

/** Why a line is refused of which two columns contradict each other; `fieldOfEach` says what each column means. */
export function columnConflict(column: string, columns: readonly string[], fieldOfEach: (column: string) => unknown) {
  const field = fieldOfEach(column)
  const other = columns.find((each) => each !== column && fieldOfEach(each) === field)
  if (other === undefined) return `two columns are called "${column}", and differ: give each a name of its own`
  return `the columns "${other}" and "${column}" both mean ${field}, and differ: skip one with --map "${column}="`
}

const isSilent = (value: unknown) => value === undefined || value === null || value === ''

/** What a line is worth where it says nothing. */
export function withDefaults(fields: LineFields, defaults: LineFields): LineFields {
  for (const [field, value] of Object.entries(defaults)) if (isSilent(fields[field])) fields[field] = value
  return fields
}
