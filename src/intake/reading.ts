import type { TObject } from '@sinclair/typebox'
import { Refusal, say } from '../kernel/outcome'
import type { Fields } from './body'
import type { Field } from './model'

/** The model's fields of a request, and the device they name, if the model has a device field. */
export interface ReadFields {
  values: Fields
  device: string | undefined
}

type Reader = (fields: Fields) => ReadFields

const readers = new WeakMap<TObject, Reader>()

/**
 * Reads a model's fields from the request, under any of their names, converted to their type where possible. Ignores
 * unknown fields. Empty values count as absent, unless they clear the field or the service validates them. Throws a
 * `Refusal` for text that no field may hold.
 */
export function read(model: TObject, fields: Fields): ReadFields {
  const reader = readers.get(model) ?? readerOf(model)
  readers.set(model, reader)
  return reader(fields)
}

function readerOf(model: TObject): Reader {
  const properties = Object.entries(model.properties as Record<string, Field>)
  const wanted = properties.map(([name, schema]) => {
    const empty = schema.nullable === true ? 'clears' : 'noValidate' in model ? 'is validated' : 'is absent'
    return { name, names: [name, ...(schema['x-aliases'] ?? [])], schema, empty } as const
  })
  const deviceField = properties.find(([, schema]) => schema.device)?.[0]
  return (fields) => {
    const values: Fields = {}
    for (const { name, names, schema, empty } of wanted) {
      const given = firstGiven(names, fields, empty)
      if (given !== undefined) values[name] = coerce(given, schema)
    }
    const device = deviceField && values[deviceField]
    return { values, device: typeof device === 'string' && device !== '' ? device : undefined }
  }
}

/** What an empty value means: it clears the field, the service validates it, or it counts as absent. */
type Empty = 'clears' | 'is validated' | 'is absent'

/** The first of these fields with a value; if there is none, the first empty one, if empty has a meaning. */
function firstGiven(names: readonly string[], fields: Fields, empty: Empty): unknown {
  for (const name of names) if (isGiven(fields[name])) return fields[name]
  if (empty === 'is absent') return undefined
  // Clients that send every field they know send null for those they do not use.
  const isPresent = (value: unknown) => value !== undefined && (value !== null || empty === 'clears')
  for (const name of names) if (isPresent(fields[name])) return fields[name]
  return undefined
}

const isGiven = (value: unknown) =>
  value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '')

function coerce(value: unknown, schema: Field): unknown {
  if (value === null) return ''
  if (typeof value === 'string') return coerceText(clean(value), schema)
  if (schema.kind === 'json') return JSON.stringify(value)
  if (Array.isArray(value)) return cleanItems(value)
  if (schema.kind === 'toggle' && typeof value === 'boolean') return value
  if (schema.kind === 'flag' || schema.kind === 'integer') return typeof value === 'boolean' ? Number(value) : value
  return typeof value === 'number' || typeof value === 'boolean' ? coerceText(String(value), schema) : value
}

function coerceText(value: string, schema: Field): unknown {
  switch (schema.kind) {
    case 'integer':
      return /^-?\d{1,15}$/.test(value) ? Number(value) : value
    case 'flag':
      return { '0': 0, '1': 1, false: 0, true: 1 }[value.toLowerCase()] ?? value
    case 'toggle':
      return { '0': false, '1': true, false: false, true: true }[value.toLowerCase()] ?? value
    case 'choice':
      return inCaseOf(schema, value.toLowerCase())
    case 'list':
      return listOf(value)
    default:
      return value
  }
}

/** The word of a choice that is spelled like this in lower case. */
const inCaseOf = ({ anyOf = [] }: Field, lower: string) =>
  (anyOf as readonly { const: string }[]).find((word) => word.const.toLowerCase() === lower)?.const ?? lower

function listOf(value: string): unknown {
  if (!value.startsWith('[')) return cleanItems(value.split(/[\r\n,]+/))
  let items: unknown[]
  try {
    items = JSON.parse(value)
  } catch {
    return value
  }
  return cleanItems(items)
}

/** Drops empty items; converts numbers to text, unless JSON has rounded them. */
const cleanItems = (items: unknown[]) =>
  items
    .map((item) => (typeof item === 'string' ? clean(item) : Number.isSafeInteger(item) ? String(item) : item))
    .filter((item) => item !== '')

function clean(value: string) {
  if (value.includes('\0')) throw new Refusal(say('malformed_request', { detail: 'A field contains a NUL character.' }))
  return value.trim()
}
