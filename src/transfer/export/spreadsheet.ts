import type { License } from '../../../db/schema/licensing'
import { expiryOf } from '../../features/licenses/policy'
import { OperatorError } from '../../kernel/operator-error'
import type { Form } from './export'

const rowsPerPiece = 250

const delimiters = { comma: ',', semicolon: ';', tab: '\t' } as const
export const delimiterNames = ['comma', 'semicolon', 'tab'] as const

/** Options for spreadsheets with other regional settings. */
export interface SpreadsheetOptions {
  delimiter?: (typeof delimiterNames)[number] | undefined
  /** Whether to begin with a byte order mark, by which Excel recognizes UTF-8. */
  bom?: boolean | undefined
}

/** Refuses these options for formats other than CSV, which would ignore them silently. */
export function requireCsv(format: string, { delimiter, bom }: SpreadsheetOptions) {
  if (format === 'csv' || (delimiter === undefined && !bom)) return
  throw new OperatorError(
    'a delimiter and a byte order mark are of CSV alone: choose the format csv with them',
    'invalid_input',
  )
}

/**
 * CSV for people with a spreadsheet: one record per line under the field names, lists and objects as JSON, and for a
 * licence its end. A text that a spreadsheet would take for a formula gets an apostrophe; an import removes it.
 */
export const csvForm = ({ delimiter = 'comma', bom = false }: SpreadsheetOptions = {}): Form =>
  async function* (table, rows) {
    const { stringify } = await import('csv-stringify/sync')
    let page: object[] = []
    let isFirst = true
    const text = () => {
      const cells = page.map((row) => (table.name === 'licenses' ? withEnd(row as LicenseLine) : row)).map(flat)
      const header = isFirst
      isFirst = false
      page = []
      const csv = stringify(cells, { header, delimiter: delimiters[delimiter], escape_formulas: true })
      return header && bom ? `\ufeff${csv}` : csv
    }
    for await (const row of rows) {
      page.push(row)
      if (page.length === rowsPerPiece) yield text()
    }
    if (page.length) yield text()
  }

interface LicenseLine extends Pick<License, 'validity'> {
  assigned_at: Date | null
}

const withEnd = (row: LicenseLine) => ({
  ...row,
  expires_at: expiryOf({ assignedAt: row.assigned_at, validity: row.validity }) ?? null,
})

const flat = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Date ? value.toISOString() : value && typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  )
