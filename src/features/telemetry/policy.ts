import type { Unchecked } from '../../intake/model'
import { type DataType, type TelemetryReport, type ValueField, valueFields } from './model'

type Report = Unchecked<typeof TelemetryReport>

/** What is wrong with the fields that carry the data, in the contract's wording; nothing where the type is unknown. */
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
 * The data as it is kept (CONTRACT §6): a single value and a text as they are, a point as `{"x":1,"y":2}`. What is
 * malformed is kept as it arrived; where the type is unknown, every value with the name of its field.
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

/** A field as text, whatever arrived in it; null for nothing. */
export function fieldText(value: unknown): string | null {
  if (value === undefined || value === '') return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The JSON a text holds; the text itself where it is none. */
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

/** As JSON those that arrived; null when none did. */
function textOfAll(values: Record<string, unknown>): string | null {
  const arrived = Object.entries(values).filter(([, value]) => fieldText(value) !== null)
  return arrived.length ? JSON.stringify(Object.fromEntries(arrived)) : null
}
