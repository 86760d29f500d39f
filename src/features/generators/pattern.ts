import type { Generator } from '../../../db/schema/catalog'
import { readTemplate } from './template'

/** What decides how a generator's keys look (CONTRACT §3). */
export type Format = Pick<
  Generator,
  'method' | 'prefix' | 'suffix' | 'functionName' | 'numberOfChunks' | 'chunkLength' | 'charset'
>

/** A piece of a key, from left to right. A check character is counted from all that stands before it. */
export type Piece =
  | { kind: 'literal'; text: string }
  | { kind: 'random'; from: string; length: number }
  | { kind: 'check'; alphabet: string }

export type Pattern = readonly Piece[]

/** A pattern, or why there is none. */
export type Reading = { pattern: Pattern; flaw?: never } | { pattern?: never; flaw: string }

const hex = '0123456789abcdef'

/** The pattern of a generator's keys, whatever its method. */
export function patternOf(format: Format): Reading {
  const body = bodyOf(format)
  if (body.flaw !== undefined) return body
  return { pattern: [literal(format.prefix), ...body.pattern, literal(format.suffix)] }
}

function bodyOf({ method, functionName, numberOfChunks, chunkLength, charset }: Format): Reading {
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

/** How many characters each key has. */
export const keyLength = (pattern: Pattern) => pattern.reduce((length, piece) => length + lengthOf(piece), 0)

function lengthOf(piece: Piece) {
  if (piece.kind === 'literal') return piece.text.length
  return piece.kind === 'random' ? piece.length : 1
}

/** How many different keys there are. */
export const capacity = (pattern: Pattern) =>
  pattern.reduce(
    (keys, piece) => (piece.kind === 'random' ? keys * BigInt(piece.from.length) ** BigInt(piece.length) : keys),
    1n,
  )

/** How likely it is that, of that many keys, two are equal. */
export const collisionLikelihood = (capacity: bigint, keys: number) =>
  -Math.expm1(-(keys * (keys - 1)) / 2 / Number(capacity))
