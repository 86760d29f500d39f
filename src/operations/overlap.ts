import { text } from '../intake/model'
import { dayMs, parseDuration } from '../kernel/durations'

interface Overlap {
  /** What continues during the overlap, as the beginning of a sentence. */
  what: string
  usual: string
  /** The use of 0. */
  ending: string
  daysMax: number
}

/** How long a replaced thing continues beside its successor. Always required: only the operator knows. */
export const overlapField = ({ what, usual, ending, daysMax }: Overlap) =>
  text({
    description: `${what}: ${usual}; 0 ${ending}. Required.`,
    ifAbsent: `Say ${what[0]!.toLowerCase()}${what.slice(1)}: ${usual}, or 0 ${ending}.`,
    fault(given) {
      const overlapMs = parseDuration(given)
      if (overlapMs !== undefined && overlapMs <= daysMax * dayMs) return undefined
      return `"${given}" is not a time such as 12h or 30d, up to ${daysMax}d, or 0.`
    },
  })
