import type { LineFields } from './table'

/**
 * The columns a line names, as a row has them; what it does not say is left out. Texts that are `blank` where they are
 * empty are never null; nor are the dates of making and changing, which are left out then.
 */
export function rowOf(
  fields: LineFields,
  { blank = [], not = [] }: { blank?: string[]; not?: string[] } = {},
): LineFields {
  const row: LineFields = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || not.includes(name)) continue
    if (value === null && (name === 'created_at' || name === 'updated_at')) continue
    row[camel(name)] = value === null && blank.includes(name) ? '' : value
  }
  return row
}

const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** Without what is undefined. */
export const defined = (row: LineFields): LineFields =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
