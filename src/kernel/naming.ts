import { OperatorError } from './operator-error'

/** Anything with an id and a name; names need not be unique. */
export interface Named {
  id: number
  name: string
}

/**
 * Resolves a name among namesakes that differ only in case: the exact match, else the only one. Undefined if there is
 * none; throws an `OperatorError` that lists them if there are several.
 */
export function onlyNamed<T extends Named>(kind: string, name: string, namesakes: readonly T[]): T | undefined {
  const exact = namesakes.filter((each) => each.name === name)
  const candidates = exact.length ? exact : namesakes
  if (candidates.length < 2) return candidates[0]
  const listed = candidates.map((each) => `${each.id} "${each.name}"`).join(', ')
  throw new OperatorError(`there are ${candidates.length} ${kind}s named "${name}": say which by its id: ${listed}`)
}
