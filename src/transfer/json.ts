import { Sorry } from '../kernel/sorry'

/** What a cell holds that is to hold JSON. Anything else is a `Sorry`. */
export function jsonOf(text: string, field: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Sorry(`${field} is no JSON: mind its quotes and brackets`)
  }
}
