import { stringify } from 'csv-stringify/sync'
import type { License } from '../../../db/schema/licensing'
import { expiryOf } from '../../features/licenses/policy'
import type { Form } from '../export'

const rowsPerPiece = 250

/**
 * One record a line under the names of the fields, for people with a spreadsheet: lists and objects as JSON, and of a
 * licence when it ends. A text that a spreadsheet would take for a formula gets an apostrophe; an import takes it off.
 */
export const csvForm: Form = async function* (table, rows) {
  let page: object[] = []
  let isFirst = true
  const text = () => {
    const cells = page.map((row) => (table.name === 'licenses' ? withEnd(row as LicenseLine) : row)).map(flat)
    const header = isFirst
    isFirst = false
    page = []
    return stringify(cells, { header, escape_formulas: true })
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
