import type { Static } from '@sinclair/typebox'
import { drawKeys } from './draw'
import type { Format } from './format'
import { guessingProblem, keysExpected, requirePattern } from './operator'
import { capacity, collisionLikelihood, entropyBits, keyLength } from './pattern'
import type { FormatTrialView } from './view'

const strongBits = 64

/** Sample keys of a format, and how hard they are to guess. Throws an `OperatorError` if the format is invalid. */
export function tryFormat(format: Format, count: number): Static<typeof FormatTrialView> {
  const pattern = requirePattern(format)
  const keys = capacity(pattern)
  const bits = entropyBits(pattern)
  const problem = guessingProblem(keys)
  return {
    capacity: keys.toString(),
    collision: { keys: keysExpected, likelihood: collisionLikelihood(keys, keysExpected) },
    license_keys: drawKeys(pattern, count),
    length: keyLength(pattern),
    entropy_bits: bits,
    strength: problem ? 'guessable' : bits < strongBits ? 'fair' : 'strong',
    warning: problem ?? null,
  }
}
