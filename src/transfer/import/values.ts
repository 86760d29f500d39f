import { OperatorError } from '../../kernel/operator-error'
import type { LineFields, Table } from '../tables/table'
import { fieldOf } from './columns'
import type { FileMapping } from './mapping'

/** What values in files mean: the rules of `--value "status:SOLD=assigned"`. */
export interface ValueRules {
  /** What a line of a table says, its values replaced. Upper and lower case are equal. */
  apply(fields: LineFields, table: Table, reading: FileMapping): LineFields
  /** The rules that no line existing, as they were given. */
  unused(): string[]
}

interface Rule {
  text: string
  column: string
  from: string
  to: string
}

/** Reads rules for files that are read so. One that cannot be one, or names a column that no file can have, is an `OperatorError`. */
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
  // A whole export in one file names its tables in its lines.
  if (readings.some((reading) => fieldOf(column, reading))) return
  const names = [...new Set(readings.map(({ table }) => table.name))].join(' and ')
  throw new OperatorError(`"${text}" names the column "${column}", which ${names} do not have`, 'invalid_input')
}
