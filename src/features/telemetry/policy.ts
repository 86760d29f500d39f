import type { Unchecked } from '../../intake/model'
import { type DataType, type TelemetryReport, type ValueField, valueFields } from './model'

type Report = Unchecked<typeof TelemetryReport>

/** The faults in the data fields, in the contract's wording; none if the type is unknown. */
export function faultsInData(report: Report): Partial<Record<ValueField, string>> {
  const { data_type } = report
  if (!isDataType(data_type)) return {}
  const faults: Partial<Record<ValueField, string>> = {}
  for (const name of valueFields[data_type]) {
    const value = report[name]
    const words = name.replaceAll('_', ' ')
    if (fieldText(value) === null) faults[name] = `The ${words} field is required when data type is ${data_type}.`
    else if (data_type !== 'text' && !isNumeric(value)) faults[name] = `The ${words} must be a number.`
  }
  return faults
}

/**
 * The data as stored (CONTRACT §6): a single value or a text unchanged, a point as `{"x":1,"y":2}`. Malformed data is
 * stored as it arrived; for an unknown type, every value with its field name.
 */
export function dataOf(report: Report): string | null {
  switch (report.data_type) {
    case 'numeric-single-value':
      return fieldText(report.numeric_data_single_value)
    case 'text':
      return fieldText(report.text_data)
    case 'numeric-xy-axis':
      return textOfAll({ x: coordinate(report.numeric_data_x), y: coordinate(report.numeric_data_y) })
    default:
      return textOfAll(Object.fromEntries(allValueFields.map((name) => [name, report[name]])))
  }
}

/** Any field value as text; null for none. */
export function fieldText(value: unknown): string | null {
  if (value === undefined || value === '') return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The JSON value of a text; the text itself if it is not JSON. */
export function jsonOrText(value: unknown): unknown {
  const text = fieldText(value)
  try {
    return text && JSON.parse(text)
  } catch {
    return text
  }
}

const allValueFields: ValueField[] = Object.values(valueFields).flat()

const isDataType = (word: unknown): word is DataType => typeof word === 'string' && Object.hasOwn(valueFields, word)

const isNumeric = (value: unknown) =>
  typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value))

const coordinate = (value: unknown) => (isNumeric(value) ? Number(value) : value)

/** The values that arrived, as JSON; null if none did. */
function textOfAll(values: Record<string, unknown>): string | null {
  const arrived = Object.entries(values).filter(([, value]) => fieldText(value) !== null)
  return arrived.length ? JSON.stringify(Object.fromEntries(arrived)) : null
}
