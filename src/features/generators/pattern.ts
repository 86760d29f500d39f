/** A piece of a key, from left to right. A check character is computed from everything before it. */
export type Piece =
  | { kind: 'literal'; text: string }
  | { kind: 'random'; from: string; length: number }
  | { kind: 'check'; alphabet: string }

export type Pattern = readonly Piece[]

/** A pattern, or the reason why there is none. */
export type PatternResult = { pattern: Pattern; problem?: never } | { pattern?: never; problem: string }

/** The length of each key in characters. */
export const keyLength = (pattern: Pattern) => pattern.reduce((length, piece) => length + lengthOf(piece), 0)

function lengthOf(piece: Piece) {
  if (piece.kind === 'literal') return piece.text.length
  return piece.kind === 'random' ? piece.length : 1
}

/** The number of possible keys. */
export const capacity = (pattern: Pattern) =>
  pattern.reduce(
    (keys, piece) => (piece.kind === 'random' ? keys * BigInt(piece.from.length) ** BigInt(piece.length) : keys),
    1n,
  )

/** The likelihood that two of that many keys are equal. */
export const collisionLikelihood = (capacity: bigint, keys: number) =>
  -Math.expm1(-(keys * (keys - 1)) / 2 / Number(capacity))

/** The randomness of a key in bits. */
export const entropyBits = (pattern: Pattern) =>
  pattern.reduce(
    (bits, piece) => (piece.kind === 'random' ? bits + piece.length * Math.log2(piece.from.length) : bits),
    0,
  )
