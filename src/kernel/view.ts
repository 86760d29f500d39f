import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox'

/**
 * The schema of an object in answers, and its name in the API description. Views type the code that builds them, the
 * description and the clients; nothing is validated against them at run time.
 */
export const view = <Fields extends TProperties>(name: string, fields: Fields, description?: string) =>
  Type.Object(fields, { title: name, ...(description !== undefined && { description }) })

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const said = (description: string | undefined) => (description === undefined ? {} : { description })

/** A moment as ISO 8601, UTC. */
export const timestamp = (description?: string) => Type.String({ format: 'date-time', ...said(description) })

export const nullableTimestamp = (description?: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], said(description))

/** An enum of words. */
export const word = <const Words extends readonly string[]>(words: Words, description?: string) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], ...said(description) })

/** 0 or 1, for no or yes. */
export const bit = (description?: string) =>
  Type.Unsafe<number>({ type: 'integer', enum: [0, 1], ...said(description) })

/** A count. */
export const counter = (description?: string) => Type.Integer({ minimum: 0, ...said(description) })

/** An object whose keys are data; all values have one schema. */
export const dictionary = <Schema extends TSchema>(values: Schema, description?: string) =>
  Type.Unsafe<Record<string, Static<Schema>>>({ type: 'object', additionalProperties: values, ...said(description) })

/** An object whose fields vary; the description explains them. */
export const openObject = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description })

/** The code of an answer to a client. */
export const answerCode = Type.Union([Type.Integer(), Type.String()], { description: 'The code of the answer.' })
