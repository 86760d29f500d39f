import Ajv2020 from 'ajv/dist/2020'
import addFormats from 'ajv-formats'

// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document is open by nature
export type Json = Record<string, any>

/** A schema in which every object that names its fields has no others. */
export const closed = (schema: Json): Json =>
  Array.isArray(schema)
    ? (schema.map((each) => (typeof each === 'object' ? closed(each) : each)) as Json)
    : {
        ...Object.fromEntries(
          Object.entries(schema).map(([name, value]) => [
            name,
            typeof value === 'object' && value !== null ? closed(value) : value,
          ]),
        ),
        ...(schema.type === 'object' && schema.properties && { additionalProperties: false }),
      }

/** Validates answers against the description of the API, strictly. */
export function openValidator(described: Json) {
  const ajv = addFormats(new Ajv2020({ allErrors: true, strictTypes: false, keywords: ['components'] }))
  const components = closed(described.components.schemas)
  const validators = new Map<string, ReturnType<typeof ajv.compile>>()

  /** What is wrong with an answer, in words; nothing where it is as described. */
  return (schema: Json, answer: unknown): string[] => {
    const name = JSON.stringify(schema)
    const validate = validators.get(name) ?? ajv.compile({ ...closed(schema), components: { schemas: components } })
    validators.set(name, validate)
    return validate(answer)
      ? []
      : validate.errors!.map(
          ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
        )
  }
}

/** The places of a schema that say nothing of what stands there. */
export function openPlaces(schema: Json, at: string): string[] {
  if (schema.$ref) return []
  if (schema.anyOf) return schema.anyOf.flatMap((each: Json) => openPlaces(each, at))
  if (schema.enum || schema.type === 'null') return []
  if (schema.type === 'array') return openPlaces(schema.items ?? {}, `${at}[]`)
  if (schema.type !== 'object') return schema.type ? [] : [at]
  if (schema.properties) {
    return Object.entries<Json>(schema.properties).flatMap(([name, each]) => openPlaces(each, `${at}.${name}`))
  }
  return typeof schema.additionalProperties === 'object' ? openPlaces(schema.additionalProperties, `${at}.*`) : [at]
}
