import type { LineFields, Table } from '../tables/table'

interface Schema {
  kind?: string
}

/** Counts that may be unlimited: 0 means unlimited. */
const endless: readonly string[] = ['activation_limit', 'validity']
const endlessWord =
  /^(unlimited|unlimitiert|unbegrenzt|infinite|infinity|∞|no limit|lifetime|life ?time|perpetual|forever|never|unendlich)$/i
const separators = "[ \\u00a0\\u202f\\u2009'’]"

const forms = {
  /** 1,000 and 1.000.000 and 1 000, each with or without `.00`. */
  commas: /^([+-]?\d{1,3}(?:,\d{3})+)(?:\.0+)?$/,
  points: /^([+-]?\d{1,3}(?:\.\d{3}){2,}|[+-]?\d{1,3}(?:\.\d{3})+(?=,0+$))(?:,0+)?$/,
  spaces: new RegExp(`^([+-]?\\d{1,3}(?:${separators}\\d{3})+)(?:[.,]0+)?$`),
  /** 5.0 and 5,00; three zeros after a point may mean a thousand. */
  decimals: /^([+-]?\d+)(?:\.0+|,0{1,2}|,0{4,})$/,
  signed: /^\+(\d+)$/,
}
const ambiguous = /^[+-]?[1-9]\d{0,2}\.\d{3}$/

type Counted = { fields: LineFields } | { refused: string }

/** Normalizes the counts of a line from the forms of spreadsheets and shops: `5.0`, `1,000`, `Unlimited`. */
export function countsIn(table: Table, fields: LineFields): Counted {
  for (const [name, schema] of Object.entries(table.model.properties as Record<string, Schema>)) {
    const said = fields[name]
    if (schema.kind !== 'integer' || typeof said !== 'string' || /^\d*$/.test(said)) continue
    const text = said.trim()
    if (ambiguous.test(text)) {
      const [whole, thousands] = [text.replace(/\.\d+$/, ''), text.replace('.', '')]
      return { refused: `${name} "${text}" may be ${whole} and may be ${thousands}: write it without a point` }
    }
    fields[name] = endless.includes(name) && endlessWord.test(text) ? '0' : plain(text)
  }
  return { fields }
}

function plain(text: string): string {
  for (const form of Object.values(forms)) {
    const digits = form.exec(text)?.[1]
    if (digits !== undefined) return digits.replace(/[^\d-]/g, '')
  }
  return text
}
