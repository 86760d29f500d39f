import { type Static, type TLiteral, type TObject, type TSchema, type TUnion, Type } from '@sinclair/typebox'
import { parseMoment } from '../kernel/moments'
import type { Fields } from './body'

/** Our options of a field, beside its type. */
interface FieldOptions {
  description?: string
  /** Other names clients use for the field, best first (CONTRACT §9). */
  aliases?: readonly string[]
  /** An empty value is allowed and clears the field. */
  nullable?: boolean
  /** The field names a device; requests with a blocked device are refused. */
  device?: boolean
  /** The option's name on the command line, if it differs; a file's content is read from `--name-file`. */
  option?: string
  /** On the command line the value comes from a file: secrets and keys must not appear in a command. */
  file?: boolean
  /** The prompt in a terminal if the field is absent. Input is not echoed; empty input leaves the field absent. */
  asked?: string
  /** Over HTTP the value comes in this header: secrets must not appear in a URL. */
  header?: string
  /** The value may be long: the command line takes it as `--name`, or from a file as `--name-file`. */
  orFile?: boolean
  /** Valid values, for the description and for those who try it out. */
  examples?: readonly string[]
  /** The words that a list's items are chosen from. */
  words?: readonly string[]
  /** Usual values, for shell completion; other texts are accepted too. */
  suggested?: readonly string[]
  /** Returns what is wrong with a well-formed text or list item. */
  fault?: (text: string) => string | undefined
  /** The message when the required field is absent: the values to choose from. */
  ifAbsent?: string
}

type Kind = 'text' | 'json' | 'integer' | 'flag' | 'toggle' | 'choice' | 'moment' | 'list'
/** A field's declared schema. */
export type Field = TSchema & {
  kind: Kind
  option?: string
  file?: boolean
  asked?: string
  orFile?: boolean
  header?: string
  'x-aliases'?: readonly string[]
  nullable?: boolean
  device?: boolean
  examples?: readonly string[]
  words?: readonly string[]
  suggested?: readonly string[]
  fault?: (text: string) => string | undefined
  ifAbsent?: string
}

const field = (kind: Kind, { aliases, description, ...options }: FieldOptions) => ({
  kind,
  ...options,
  ...(description !== undefined && { description: withExamples(description, options.examples) }),
  ...(aliases && { 'x-aliases': aliases }),
})

const withExamples = (description: string, examples?: readonly string[]) =>
  examples
    ? `${description}: ${[examples.slice(0, -1).join('; '), ...examples.slice(-1)].filter(Boolean).join(' or ')}.`
    : description

/** The longest text of a field: 64 KiB. */
export const textLengthMax = 65_536
const largestInteger = 2_147_483_647

/** A text; accepts numbers and booleans as text, and trims spaces. */
export const text = ({ maxLength = textLengthMax, ...options }: FieldOptions & { maxLength?: number } = {}) =>
  Type.String({ maxLength, ...field('text', options) })

/** Any JSON value, kept as text: a string unchanged, everything else as its JSON. */
export const jsonText = (options: FieldOptions = {}) =>
  Type.String({ maxLength: textLengthMax, ...field('json', options) })

/** An integer; accepts its decimal text. */
export const integer = ({
  minimum = 0,
  maximum = largestInteger,
  ...options
}: FieldOptions & { minimum?: number; maximum?: number } = {}) =>
  Type.Integer({ minimum, maximum, ...field('integer', options) })

/** 0 or 1; accepts `true` and `false`. */
export const flag = (options: FieldOptions = {}) =>
  Type.Union([Type.Literal(0), Type.Literal(1)], field('flag', options))

/** A boolean; absent means false. */
export const toggle = (options: FieldOptions = {}) => Type.Boolean(field('toggle', options))

/** One of a few words, in any case. */
export const choice = <const Words extends readonly string[]>(words: Words, options: FieldOptions = {}) =>
  Type.Union(
    words.map((word) => Type.Literal(word)),
    field('choice', options),
  ) as TSchema as TUnion<{ [I in keyof Words]: TLiteral<Words[I]> } & TSchema[]>

/** A point in time, in a form `parseMoment` accepts. */
export const momentText = (options: FieldOptions = {}) => Type.String({ maxLength: 40, ...field('moment', options) })

/** A list of texts: a JSON array, the text of one, or items separated by lines or commas. */
export const list = (options: FieldOptions = {}) => Type.Array(Type.String(), field('list', options))

/** A model for the API description only; the framework does not check it. */
export const unchecked = <T extends TObject>(model: T): T => ({ ...model, noValidate: true })

/** A model whose service validates it with `judge` and reports all problems at once. */
export const validatedByService = unchecked

/** A model's fields before validation: any may be absent or invalid. */
export type Unchecked<T extends TObject> = { [K in keyof Static<T>]?: unknown }

export type FieldErrors = Record<string, string[]>

/**
 * Validates an input: returns its values, or all errors by field, in the model's order and the contract's wording
 * (CONTRACT §9). `faults` are errors only the caller can find, such as a product that does not exist.
 */
export function judge<T extends TObject>(
  model: T,
  input: Unchecked<T>,
  faults: { [K in keyof Static<T>]?: string | undefined } = {},
): { errors: FieldErrors; values?: never } | { errors?: never; values: Static<T> } {
  const errors: FieldErrors = {}
  const required = new Set(model.required)
  for (const [name, schema] of Object.entries(model.properties as Record<string, Field>)) {
    const value = (input as Fields)[name]
    const fault =
      (faults as Record<string, string | undefined>)[name] ?? faultIn(name, value, schema, required.has(name))
    if (fault) errors[name] = [fault]
  }
  return Object.keys(errors).length ? { errors } : { values: input as Static<T> }
}

/** "The selected product id is invalid." */
export const selectedIsInvalid = (name: string) => `The selected ${words(name)} is invalid.`

const words = (name: string) => name.replaceAll('_', ' ')

function faultIn(name: string, value: unknown, schema: Field, isRequired: boolean): string | undefined {
  const isEmpty = value === '' || (Array.isArray(value) && value.length === 0)
  if (value === undefined ? isRequired : isEmpty && !schema.nullable)
    return schema.ifAbsent ?? `The ${words(name)} field is required.`
  if (value === undefined || isEmpty) return undefined
  switch (schema.kind) {
    case 'text':
    case 'json':
      if (typeof value !== 'string') return `The ${words(name)} must be a string.`
      return value.length > schema.maxLength
        ? `The ${words(name)} must not be greater than ${schema.maxLength} characters.`
        : schema.fault?.(value)
    case 'integer':
      if (!Number.isInteger(value)) return `The ${words(name)} must be an integer.`
      if ((value as number) < schema.minimum) return `The ${words(name)} must be at least ${schema.minimum}.`
      return (value as number) > schema.maximum
        ? `The ${words(name)} must not be greater than ${schema.maximum}.`
        : undefined
    case 'flag':
      return value === 0 || value === 1 ? undefined : `The ${words(name)} field must be true or false.`
    case 'toggle':
      return typeof value === 'boolean' ? undefined : `The ${words(name)} field must be true or false.`
    case 'choice':
      return schema.anyOf.some((word: TLiteral) => word.const === value) ? undefined : selectedIsInvalid(name)
    case 'moment':
      return typeof value === 'string' && parseMoment(value) ? undefined : `The ${words(name)} is not a valid date.`
    case 'list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? value.map((item) => faultOfItem(item, schema)).find((fault) => fault !== undefined)
        : `The ${words(name)} must be an array.`
  }
}

const faultOfItem = (item: string, { words: choices, fault }: Field) =>
  choices && !choices.includes(item) ? notOneOf(item, choices) : fault?.(item)

/** The error for a word that is not among the choices. */
export const notOneOf = (word: unknown, choices: readonly string[]) => `"${word}" is not one of ${choices.join(', ')}.`
