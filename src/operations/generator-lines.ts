import type { Static } from '@sinclair/typebox'
import { type Assessment, grouped, keysExpected } from '../features/generators/operator'
import type { AppraisalView, GeneratorView } from '../features/generators/view'

/** The quality of a generator's keys, as JSON. */
export const appraised = ({ capacity, collisionLikelihood, example }: Assessment): Static<typeof AppraisalView> => ({
  capacity: capacity.toString(),
  collision: { keys: keysExpected, likelihood: collisionLikelihood },
  example,
})

/** The quality of a generator's keys, as lines of text. */
export const said = ({ capacity, collision, example }: Static<typeof AppraisalView>) => [
  `  a key          ${example}`,
  `  different keys ${grouped(BigInt(capacity))}`,
  `  collisions     ${percent(collision.likelihood)} likely among ${grouped(BigInt(collision.keys))} keys; such a key is drawn anew`,
]

const percent = (likelihood: number) => `${likelihood === 0 ? 0 : (likelihood * 100).toPrecision(2)} %`

/** The format of a generator's keys, in short. */
export function shapeOf(generator: Static<typeof GeneratorView>) {
  const { method, prefix, suffix, function_name, number_of_chunks, chunk_length, charset } = generator
  if (method === 'uuid') return `${prefix}uuid${suffix}`
  if (method === 'custom') return `${prefix}${function_name}${suffix}`
  return `${prefix}${number_of_chunks}×${chunk_length} of ${charset}${suffix}`
}
