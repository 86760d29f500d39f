import type { Static, TLiteral, TObject } from '@sinclair/typebox'
import { yesOrNo } from '../kernel/yes-or-no'
import type { Fields } from './body'
import { type Field, type FieldErrors, judge, notOneOf } from './model'
import { read } from './reading'

type Judged<T extends TObject> = { errors: FieldErrors; values?: never } | { errors?: never; values: Static<T> }

/**
 * Parses an operator's input to the types of its fields, or returns all errors by field, each with the given and the
 * accepted values. Accepts every word for yes and no.
 */
export function readInput<T extends TObject>(model: T, fields: Fields): Judged<T> {
  const values = inOwnCase(model, read(model, withPlainNames(model, fields)).values)
  const judged = judge(model, values)
  if (!judged.errors) return judged
  const errors = Object.entries(judged.errors).map(([name, sentences]) => {
    const said = faultOf(model.properties[name] as Field, values[name])
    return [name, said === undefined ? sentences : [said]]
  })
  return { errors: Object.fromEntries(errors) }
}

/** Converts each word for yes and no to the model's value. */
function withPlainNames(model: TObject, fields: Fields): Fields {
  const said = Object.entries(model.properties as Record<string, Field>).flatMap(([name, schema]) => {
    const means = booleanOf(schema)
    return [name, ...(schema['x-aliases'] ?? [])].flatMap((each) => {
      const value = fields[each]
      const isSo =
        means && (typeof value === 'string' ? yesOrNo(value) : typeof value === 'boolean' ? value : undefined)
      return isSo === undefined ? [] : [[each, means!(isSo)]]
    })
  })
  return said.length ? { ...fields, ...Object.fromEntries(said) } : fields
}

/** Matches the words of lists regardless of case. */
function inOwnCase(model: TObject, values: Fields): Fields {
  const chosen = Object.entries(model.properties as Record<string, Field>).flatMap(([name, { words }]) => {
    const given = values[name]
    if (!words || !Array.isArray(given)) return []
    const own = (word: unknown) => words.find((each) => each.toLowerCase() === String(word).toLowerCase()) ?? word
    return [[name, given.map(own)]]
  })
  return { ...values, ...Object.fromEntries(chosen) }
}

function booleanOf(schema: Field): ((isSo: boolean) => unknown) | undefined {
  if (schema.kind === 'toggle') return (isSo) => isSo
  if (schema.kind === 'flag') return Number
  if (schema.kind === 'choice' && isSwitch(schema)) return (isSo) => (isSo ? 'on' : 'off')
  return undefined
}

const isSwitch = (schema: Field) => wordsOf(schema).toSorted().join() === 'off,on'

const wordsOf = (schema: Field): string[] => schema.anyOf.map((word: TLiteral) => word.const)

/** The given and the accepted values. Both interfaces print it after the field's name, as the operator wrote it. */
function faultOf(schema: Field, value: unknown): string | undefined {
  const isAbsent = value === undefined || value === '' || (Array.isArray(value) && !value.length)
  if (isAbsent) return schema.ifAbsent ?? 'It is required.'
  const given = typeof value === 'string' ? `"${value}"` : JSON.stringify(value)
  switch (schema.kind) {
    case 'choice':
      return isSwitch(schema) ? `${given} is neither on nor off.` : notOneOf(value, wordsOf(schema))
    case 'moment':
      return `${given} is not a date: write 2030-01-31 or 2030-01-31T12:00:00Z.`
    case 'toggle':
    case 'flag':
      return `${given} is neither on nor off.`
    case 'integer':
      return `${given} is not a whole number from ${schema.minimum} to ${schema.maximum}.`
    case 'text':
    case 'json':
      if (typeof value !== 'string') return 'It takes a text.'
      return value.length > schema.maxLength ? `It takes at most ${schema.maxLength} characters.` : undefined
    case 'list':
      return Array.isArray(value) ? undefined : 'It takes a list.'
    default:
      return undefined
  }
}
