import { columnOf } from '../../kernel/fields'
import type { LineFields } from './table'

/**
 * The row of a line's fields, without absent ones. Columns in `blank` become empty texts instead of null. Empty dates
 * of creation and change are left out.
 */
export function rowOf(
  fields: LineFields,
  { blank = [], not = [] }: { blank?: string[]; not?: string[] } = {},
): LineFields {
  const row: LineFields = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || not.includes(name)) continue
    if (value === null && (name === 'created_at' || name === 'updated_at')) continue
    row[columnOf(name)] = value === null && blank.includes(name) ? '' : value
  }
  return row
}

/** The fields that are not undefined. */
export const defined = (row: LineFields): LineFields =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
