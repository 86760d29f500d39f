import { type Static, type TLiteral, type TObject, type TSchema, type TUnion, Type } from '@sinclair/typebox'
import { parseMoment } from '../kernel/moments'
import type { Fields } from './body'

/** What a field of ours says of itself beside its type. */
interface FieldOptions {
  description?: string
  /** Other names clients use for it, best first (CONTRACT §9). */
  aliases?: readonly string[]
  /** May be given empty, which clears it. */
  nullable?: boolean
  /** Names a device: whoever shows one that stands on the blocklist is turned away. */
  device?: boolean
  /** What the command line calls it, where that is another word; a file's content is asked for as `--name-file`. */
  option?: string
  /** Its value stands in a file: secrets and keys are not written on a command line. */
  file?: boolean
  /** What a terminal asks where it is absent; what is typed is not shown, and typing nothing leaves it absent. */
  asked?: string
  /** Over HTTP it stands in this header: secrets are not written in an address. */
  header?: string
  /** It may be long: the command line takes it as `--name`, or from a file as `--name-file`. */
  orFile?: boolean
  /** Values it takes as they stand, for its description and for those who try what it says. */
  examples?: readonly string[]
  /** The words a list is chosen from. */
  words?: readonly string[]
  /** The words a text usually is, for completion in a shell; others are judged as any text. */
  suggested?: readonly string[]
  /** What is wrong with a text, or with one of a list, that is one in form. */
  fault?: (text: string) => string | undefined
  /** What is said where it is required and absent: the values to choose between. */
  ifAbsent?: string
}

type Kind = 'text' | 'json' | 'integer' | 'flag' | 'toggle' | 'choice' | 'moment' | 'list'
/** A field as it was declared. */
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

/** The longest text a field may hold: 64 KiB. */
export const textLengthMax = 65_536
const largestInteger = 2_147_483_647

/** A text; numbers and booleans are taken as their text, spaces around it are dropped. */
export const text = ({ maxLength = textLengthMax, ...options }: FieldOptions & { maxLength?: number } = {}) =>
  Type.String({ maxLength, ...field('text', options) })

/** Any JSON value, kept as text: a string as it is, everything else as its JSON. */
export const jsonText = (options: FieldOptions = {}) =>
  Type.String({ maxLength: textLengthMax, ...field('json', options) })

/** A whole number; its decimal text is taken too. */
export const integer = ({
  minimum = 0,
  maximum = largestInteger,
  ...options
}: FieldOptions & { minimum?: number; maximum?: number } = {}) =>
  Type.Integer({ minimum, maximum, ...field('integer', options) })

/** 0 or 1; `true` and `false` are taken too. */
export const flag = (options: FieldOptions = {}) =>
  Type.Union([Type.Literal(0), Type.Literal(1)], field('flag', options))

/** Set or not; absent, it is not. */
export const toggle = (options: FieldOptions = {}) => Type.Boolean(field('toggle', options))

/** One of a few words; upper and lower case are equal. */
export const choice = <const Words extends readonly string[]>(words: Words, options: FieldOptions = {}) =>
  Type.Union(
    words.map((word) => Type.Literal(word)),
    field('choice', options),
  ) as TSchema as TUnion<{ [I in keyof Words]: TLiteral<Words[I]> } & TSchema[]>

/** A point in time as `parseMoment` reads it. */
export const momentText = (options: FieldOptions = {}) => Type.String({ maxLength: 40, ...field('moment', options) })

/** Texts: a JSON list, the text of one, or lines and commas. */
export const list = (options: FieldOptions = {}) => Type.Array(Type.String(), field('list', options))

/** A model for the API description only; the framework does not check it. */
export const unchecked = <T extends TObject>(model: T): T => ({ ...model, noValidate: true })

/** A model whose faults its service gathers and answers with all of them at once: `judge` checks it. */
export const validatedByService = unchecked

/** A model's fields before they were judged: any may be absent or wrong. */
export type Unchecked<T extends TObject> = { [K in keyof Static<T>]?: unknown }

export type FieldErrors = Record<string, string[]>

/**
 * All that is wrong with an input, field by field in the model's order, in the contract's wording (CONTRACT §9); or
 * its values. `faults` are sentences about fields that only the caller can know, such as a product that is not there.
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

/** What is said of a word that is none of those to choose from. */
export const notOneOf = (word: unknown, choices: readonly string[]) => `"${word}" is not one of ${choices.join(', ')}.`
