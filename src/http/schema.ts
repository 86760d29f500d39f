import type { TObject } from '@sinclair/typebox'
import { signatureAlgorithms } from '../signing/signature'

// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document is open by nature
export type Json = Record<string, any>

/** An option of the answer that every request may set. */
export const signatureOption: Json = {
  signature_algorithm: {
    type: 'string',
    enum: [...signatureAlgorithms],
    description:
      'ES256: the companion of the key signs, ECDSA on P-256, which costs next to nothing; RS256 unless sent.',
    examples: ['ES256'],
  },
}

/** Options of the answer that any request with an API key may set; the gate reads them (`access/answer-options.ts`). */
export const answerOptions: Json = {
  nonce: {
    type: 'string',
    minLength: 8,
    maxLength: 128,
    pattern: '^[ -~]*$',
    description:
      'The signed answer holds it, with the hashes of licence key and identifier and the product that decided: it proves nothing elsewhere.',
    examples: ['5f3b9c1e7a2d4c60'],
  },
  key_id: {
    type: 'string',
    description: 'An id of `GET /api/v1/keys`: the answer is signed by that key while it may sign.',
    examples: ['a47f0c2be19d3358'],
  },
  ...signatureOption,
}

/** A model as JSON Schema, with an example of each field that has one. */
export const describeModel = ({ properties, required }: TObject, examples: Json = {}): Json => ({
  type: 'object',
  properties: mapValues(properties, (field, name) => describeField(field, examples[name])),
  ...(required?.length && { required }),
})

/** A field as JSON Schema, with its aliases in words. */
export function describeField(field: Json, example?: unknown): Json {
  const aliases: string[] = field['x-aliases'] ?? []
  const words = [field.description, aliases.length && `Also: ${aliases.map((name) => `\`${name}\``).join(', ')}.`]
  const description = words.filter(Boolean).join(' ')
  return {
    ...typeOf(field),
    ...(description && { description }),
    ...(aliases.length && { 'x-aliases': aliases }),
    ...(example !== undefined && { examples: [example] }),
  }
}

function typeOf({ type, anyOf, items, maxLength, minimum, maximum, enum: values }: Json): Json {
  const words = values ?? anyOf?.map((word: Json) => word.const)
  if (words) return { type: typeof words[0] === 'number' ? 'integer' : 'string', enum: words }
  return {
    type,
    ...(maxLength !== undefined && { maxLength }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(items && { items: { type: items.type } }),
  }
}

export const mapValues = <Value, Mapped>(object: Record<string, Value>, map: (value: Value, name: string) => Mapped) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]))
