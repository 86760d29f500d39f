import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox'

/**
 * The shape of one kind of thing in answers, under the name that the description of the API lists it by. Views type the
 * code that builds them, the description and the clients; nothing is validated against them while the server runs.
 */
export const view = <Fields extends TProperties>(name: string, fields: Fields, description?: string) =>
  Type.Object(fields, { title: name, ...(description !== undefined && { description }) })

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const said = (description: string | undefined) => (description === undefined ? {} : { description })

/** A moment as ISO 8601, UTC. */
export const timestamp = (description?: string) => Type.String({ format: 'date-time', ...said(description) })

export const nullableTimestamp = (description?: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], said(description))

/** One of a few words. */
export const word = <const Words extends readonly string[]>(words: Words, description?: string) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], ...said(description) })

/** A number that is 0 or 1: no or yes. */
export const bit = (description?: string) =>
  Type.Unsafe<number>({ type: 'integer', enum: [0, 1], ...said(description) })

/** How many there are. */
export const counter = (description?: string) => Type.Integer({ minimum: 0, ...said(description) })

/** An object whose names are data: every value has the same shape. */
export const dictionary = <Schema extends TSchema>(values: Schema, description?: string) =>
  Type.Unsafe<Record<string, Static<Schema>>>({ type: 'object', additionalProperties: values, ...said(description) })

/** An object whose fields depend on what it is about, which the description says. */
export const openObject = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description })

/** The code of an answer to a client. */
export const answerCode = Type.Union([Type.Integer(), Type.String()], { description: 'The code of the answer.' })
