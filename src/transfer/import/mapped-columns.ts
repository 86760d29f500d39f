import { nearest } from '../../kernel/nearest'
import { OperatorError } from '../../kernel/operator-error'
import { nameMeant } from './columns'
import type { Source } from './source'

const namedMax = 30
const nameLengthMax = 255

/**
 * Stops an import if a column mapped to a field is in no file: its data would be lost silently. JSON files are read
 * until every such name was found, usually in the first object.
 */
export async function requireMappedColumns(sources: readonly Source[]): Promise<void> {
  const missing = new Map<string, { column: string; by: string; existing: Set<string> }>()
  for (const { reading } of sources) {
    for (const { column, by } of reading.mapped)
      missing.set(placeOf({ column, by }), { column, by, existing: new Set() })
  }
  for (const source of sources) {
    const wanted = new Set(source.reading.mapped.map(placeOf))
    if (![...wanted].some((place) => missing.has(place))) continue
    for await (const names of source.columns()) {
      for (const place of wanted) {
        const { column, existing } = missing.get(place) ?? {}
        if (column === undefined) continue
        if (names.some((name) => nameMeant(name, [column]))) missing.delete(place)
        else for (const name of names) if (existing!.size < 1000) existing!.add(name.slice(0, nameLengthMax))
      }
      if (![...wanted].some((place) => missing.has(place))) break
    }
  }
  const [first] = missing.values()
  if (first) throw absent(first)
}

const placeOf = ({ column, by }: { column: string; by: string }) => `${by} ${column}`

function absent({ column, by, existing }: { column: string; by: string; existing: Set<string> }) {
  const names = [...existing].filter((name) => name !== '')
  const meant = nearest(column, names)
  const listed = names.slice(0, namedMax).join(', ')
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : ''
  return new OperatorError(
    `no file has a column "${column}", which ${by} names: ${meant ? `did you mean "${meant}"?` : 'check its name.'} The columns are ${listed || 'none'}${more}. Nothing was imported`,
    'invalid_input',
  )
}
