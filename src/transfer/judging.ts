import type { TSchema } from '@sinclair/typebox'
import { judge } from '../intake/model'
import { read } from '../intake/reading'
import { parseMoment } from '../kernel/moments'
import { Refusal } from '../kernel/outcome'
import { Sorry } from '../kernel/sorry'
import { metaOf } from './meta'
import type { Fields, Table } from './table'

type Judged = { fields: Fields; refused?: never } | { fields?: never; refused: string }

/** What a line says, each field brought to its type; or all that is wrong with it, in one sentence after the other. */
export function judged(table: Pick<Table, 'model' | 'nested'>, given: Fields): Judged {
  const moments = Object.entries(table.model.properties as Record<string, TSchema & { kind: string }>)
    .filter(([name, { kind }]) => kind === 'moment' && given[name] !== undefined)
    .map(([name]) => name)
  try {
    const usual = Object.fromEntries(moments.map((name) => [name, usualMoment(given[name])]))
    const { values } = read(table.model, { ...given, ...usual })
    const { errors } = judge(table.model, values)
    if (errors) return { refused: Object.values(errors).flat().join(' ') }
    const fields: Fields = {}
    for (const [name, value] of Object.entries(values)) {
      fields[name] = value === '' ? null : moments.includes(name) ? parseMoment(value as string) : value
    }
    for (const name of table.nested ?? []) if (given[name] !== undefined) fields[name] = given[name]
    const columns = metaColumns(given)
    if (columns.length) fields.meta_data = [...metaOf(fields.meta_data), ...columns]
    return { fields }
  } catch (error) {
    if (error instanceof Sorry) return { refused: error.message }
    if (error instanceof Refusal) return { refused: 'A field contains a NUL character.' }
    throw error
  }
}

/** Seconds or milliseconds since 1970 as ISO 8601; the zero date of some databases is none. */
function usualMoment(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const text = String(value).trim()
  if (/^0000-00-00/.test(text)) return ''
  if (/^\d{9,10}$/.test(text)) return new Date(Number(text) * 1000).toISOString()
  return /^\d{12,13}$/.test(text) ? new Date(Number(text)).toISOString() : value
}

/** Metadata that has a column for each key. */
const metaColumns = (given: Fields) =>
  Object.entries(given)
    .filter(([name, value]) => name.startsWith('meta:') && value !== '' && value !== null)
    .map(([name, value]) => ({ key: name.slice('meta:'.length), value }))
