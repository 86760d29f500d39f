import { OperatorError } from './operator-error'

/** Something that has a name beside its id; others may have the same name. */
export interface Named {
  id: number
  name: string
}

/**
 * The one thing that a name means, of all that have it in upper or lower case: the one that has it exactly, else the only
 * one. Undefined where there is none; where there are several, an `OperatorError` that lists them.
 */
export function onlyNamed<T extends Named>(kind: string, name: string, namesakes: readonly T[]): T | undefined {
  const exact = namesakes.filter((each) => each.name === name)
  const candidates = exact.length ? exact : namesakes
  if (candidates.length < 2) return candidates[0]
  const listed = candidates.map((each) => `${each.id} "${each.name}"`).join(', ')
  throw new OperatorError(`there are ${candidates.length} ${kind}s named "${name}": say which by its id: ${listed}`)
}
