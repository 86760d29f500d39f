import { OperatorError } from '../../kernel/operator-error'
import type { LineFields, Table } from '../tables/table'
import { fieldOf } from './columns'
import type { FileMapping } from './mapping'

/** Replacements of values in files: the rules of `--value "status:SOLD=assigned"`. */
export interface ValueRules {
  /** A line's fields with their values replaced. */
  apply(fields: LineFields, table: Table, reading: FileMapping): LineFields
  /** The rules that matched no line, as they were given. */
  unused(): string[]
}

interface Rule {
  text: string
  column: string
  from: string
  to: string
}

/**
 * Parses rules for these files. Throws an `OperatorError` for an invalid rule, or one for a column no file can have.
 */
export function openValueRules(texts: readonly string[], readings: readonly FileMapping[]): ValueRules {
  const rules = texts.map(ruleOf)
  for (const rule of rules) requireColumn(rule, readings)
  const unused = new Set(rules)
  const byReading = new Map<FileMapping, Map<Table, Map<string, Rule[]>>>()
  const rulesFor = (table: Table, reading: FileMapping) => {
    const tables = byReading.get(reading) ?? new Map<Table, Map<string, Rule[]>>()
    byReading.set(reading, tables)
    const byField = tables.get(table) ?? rulesByField(rules, { ...reading, table })
    tables.set(table, byField)
    return byField
  }
  return {
    apply(fields, table, reading) {
      if (!rules.length) return fields
      const said = { ...fields }
      for (const [field, candidates] of rulesFor(table, reading)) {
        const rule = candidates.find(({ from }) => from === plain(fields[field]))
        if (!rule) continue
        said[field] = rule.to
        unused.delete(rule)
      }
      return said
    },
    unused: () => [...unused].map(({ text }) => text),
  }
}

function rulesByField(rules: Rule[], reading: FileMapping) {
  const byField = Map.groupBy(rules, ({ column }) => fieldOf(column, reading) ?? '')
  byField.delete('')
  return byField
}

const plain = (value: unknown) =>
  value === undefined || value === null || typeof value === 'object' ? undefined : String(value).trim().toLowerCase()

function ruleOf(text: string): Rule {
  const [, column, from, to] = /^((?:meta:)?[^:=]+):([^=]*)=(.*)$/is.exec(text) ?? []
  if (column !== undefined) return { text, column: column.trim(), from: plain(from)!, to: to!.trim() }
  throw new OperatorError(
    `"${text}" does not say what a value means: write column:theirs=ours, such as status:SOLD=assigned`,
    'invalid_input',
  )
}

function requireColumn({ text, column }: Rule, readings: readonly FileMapping[]) {
  // A whole export in one file names a table on each line.
  if (readings.some((reading) => fieldOf(column, reading))) return
  const names = [...new Set(readings.map(({ table }) => table.name))].join(' and ')
  throw new OperatorError(`"${text}" names the column "${column}", which ${names} do not have`, 'invalid_input')
}
