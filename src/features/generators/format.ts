import type { Generator } from '../../../db/schema/catalog'
import type { Pattern, PatternResult, Piece } from './pattern'
import { readTemplate } from './template'

/** The columns that define a generator's key format (CONTRACT §3). */
export type Format = Pick<
  Generator,
  'method' | 'prefix' | 'suffix' | 'functionName' | 'numberOfChunks' | 'chunkLength' | 'charset'
>

const hex = '0123456789abcdef'

/** The pattern of a generator's keys, for either method. */
export function patternOf(format: Format): PatternResult {
  const body = bodyOf(format)
  if (body.problem !== undefined) return body
  return { pattern: [literal(format.prefix), ...body.pattern, literal(format.suffix)] }
}

function bodyOf({ method, functionName, numberOfChunks, chunkLength, charset }: Format): PatternResult {
  switch (method) {
    case 'uuid':
      return { pattern: uuid }
    case 'chunk-system':
      return { pattern: joined(Array.from({ length: numberOfChunks }, () => random(charset, chunkLength))) }
    case 'custom':
      return readTemplate(functionName, charset)
  }
}

const literal = (text: string): Piece => ({ kind: 'literal', text })
const random = (from: string, length: number): Piece => ({ kind: 'random', from, length })
const joined = (chunks: Piece[]) => chunks.flatMap((chunk, i) => (i ? [literal('-'), chunk] : [chunk]))

/** A version 4 UUID: 122 random bits. */
const uuid: Pattern = [
  ...joined([random(hex, 8), random(hex, 4)]),
  literal('-4'),
  random(hex, 3),
  literal('-'),
  random('89ab', 1),
  ...joined([random(hex, 3), random(hex, 12)]),
]
