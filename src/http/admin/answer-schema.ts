import type { AnswerSchema } from '../../operations/operation'
import { type Json, mapValues } from '../schema'

/** The views among the answers, by name: each is described once, and referred to elsewhere. */
export function openComponents() {
  const schemas: Record<string, Json> = {}
  const origins = new Map<string, Json>()

  /** A schema as the description shows it: a view becomes a reference to its component. */
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

/** What a route gives, by its type: JSON of that schema, and files. */
export const contentOf = (
  { output, files = [] }: { output?: AnswerSchema; files?: readonly string[] },
  shown: (schema: Json) => Json,
): Json => ({
  ...(output && { 'application/json': { schema: shown(output) } }),
  ...Object.fromEntries(files.map((type) => [type, { schema: { type: 'string' } }])),
})
