import type { AnswerSchema } from '../../operations/operation'
import { type Json, mapValues } from '../schema'

/** Collects the views used in answers, by name, so that each is described once and referenced elsewhere. */
export function openComponents() {
  const schemas: Record<string, Json> = {}
  const origins = new Map<string, Json>()

  /** A schema for the description: a view becomes a reference to its component. */
  function shown(schema: Json): Json {
    const { title, ...own } = schema
    if (title === undefined) return partsOf(own)
    if (!origins.has(title)) {
      origins.set(title, schema)
      schemas[title] = partsOf(own)
    }
    if (origins.get(title) !== schema) throw new Error(`two views are called ${title}`)
    return { $ref: `#/components/schemas/${title}` }
  }

  const partsOf = (schema: Json): Json => ({
    ...schema,
    ...(schema.properties && { properties: mapValues(schema.properties as Json, shown) }),
    ...(schema.items && { items: shown(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(shown) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: shown(schema.additionalProperties),
    }),
  })

  return { schemas, shown }
}

/** The content of a route's responses by type: JSON with that schema, and files. */
export const contentOf = (
  { output, files = [] }: { output?: AnswerSchema; files?: readonly string[] },
  shown: (schema: Json) => Json,
): Json => ({
  ...(output && { 'application/json': { schema: shown(output) } }),
  ...Object.fromEntries(files.map((type) => [type, { schema: { type: 'string' } }])),
})
