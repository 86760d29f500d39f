import { OperatorError } from '../../kernel/operator-error'

/** What a cell holds that is to hold JSON. Anything else is an `OperatorError`. */
export function parseCell(text: string, field: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new OperatorError(`${field} is no JSON: mind its quotes and brackets`)
  }
}
