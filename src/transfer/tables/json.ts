import { OperatorError } from '../../kernel/operator-error'

/** Parses a cell that must hold JSON. Throws an `OperatorError` otherwise. */
export function parseCell(text: string, field: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new OperatorError(`${field} is no JSON: mind its quotes and brackets`)
  }
}
