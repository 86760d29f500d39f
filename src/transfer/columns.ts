import { canonical, type Reading } from './mapping'
import type { Fields } from './table'

/** The column of a file of refused lines that says why; it is passed over when such a file is imported. */
export const reasonColumn = 'refused_because'

/**
 * The field a column means: as it was mapped, else by its name or one of its usual spellings. Empty for one that is to be
 * passed over, undefined for one that is not known.
 */
export function fieldOf(column: string, { table, columns }: Reading): string | undefined {
  if (column === reasonColumn || column === 'table') return ''
  const usual = column
    .trim()
    .toLowerCase()
    .replace(/^meta[:.]/, 'meta:')
    .replace(/[^a-z0-9:]+/g, '_')
  const mapped = columns[column] ?? columns[usual]
  if (mapped !== undefined) return mapped === '' ? '' : canonical(mapped, table)
  const metaName = /^meta[:.](.+)$/i.exec(column.trim())?.[1]
  if (metaName && table.nested?.includes('meta_data')) return `meta:${metaName}`
  const known = canonical(column, table) ?? canonical(usual, table) ?? table.spellings?.[usual]
  if (known !== undefined) return known
  return table.ignored?.includes(usual) ? '' : columns['*'] === '' ? '' : undefined
}

/** Puts what a column says into a line's fields; of two columns that mean one field the first that says something counts. */
export function put(fields: Fields, field: string, value: unknown) {
  if (isSilent(fields[field])) fields[field] = value
}

const isSilent = (value: unknown) => value === undefined || value === null || value === ''

/** What a line is worth where it says nothing. */
export function withDefaults(fields: Fields, defaults: Fields): Fields {
  for (const [field, value] of Object.entries(defaults)) if (isSilent(fields[field])) fields[field] = value
  return fields
}
