import { randomBytes } from 'node:crypto'
import type { Pattern } from './pattern'
import { checkCharacter } from './template'

const bytesAtOnce = 4096

/** Draws keys from the system's cryptographic source; two of them may be equal. */
export function drawKeys(pattern: Pattern, quantity: number): string[] {
  const roll = fairDie()
  return Array.from({ length: quantity }, () => drawKey(pattern, roll))
}

type Die = (sides: number) => number

function drawKey(pattern: Pattern, roll: Die) {
  let key = ''
  for (const piece of pattern) {
    if (piece.kind === 'literal') key += piece.text
    else if (piece.kind === 'check') key += checkCharacter(key, piece.alphabet)
    else for (let i = 0; i < piece.length; i++) key += piece.from[roll(piece.from.length)]
  }
  return key
}

/** A die with any number of sides up to 256. Bytes that would bias it towards low sides are discarded. */
function fairDie(): Die {
  let bytes: Buffer = Buffer.alloc(0)
  let next = 0
  return (sides) => {
    const limit = 256 - (256 % sides)
    for (;;) {
      if (next === bytes.length) {
        bytes = randomBytes(bytesAtOnce)
        next = 0
      }
      const byte = bytes[next++]!
      if (byte < limit) return byte % sides
    }
  }
}
