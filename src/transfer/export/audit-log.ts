import type { Static } from '@sinclair/typebox'
import { type EntryFilter, findLastEntry, listMatching } from '../../audit/history'
import { type AuditEntryView, namedEntries } from '../../audit/view'
import type { Db } from '../../database/database'
import { maskedValue } from '../../features/support/masking'

const rowsPerPiece = 1000

/** Some entries as text. */
export interface AuditPiece {
  text: string
  entries: number
}

/** An export of the audit log: its end, and its text in pieces. */
export interface AuditExport {
  /** The last row and its hash, as `audit head` prints them; undefined if the log is empty. */
  head: string | undefined
  pieces(): AsyncGenerator<AuditPiece>
}

/**
 * The entries that a filter lets through, oldest first, up to the row that is last now; licence keys and e-mail
 * addresses masked on request. Each piece is read on its own,
 * so that a slow reader holds no snapshot of the database.
 */
export async function exportAudit(
  db: Db,
  { filter, format, isMasked = false }: { filter: EntryFilter; format: 'jsonl' | 'csv'; isMasked?: boolean },
): Promise<AuditExport> {
  const end = await findLastEntry(db.read)
  return {
    head: end && `${end.id}:${end.hash}`,
    async *pieces() {
      if (format === 'csv') yield { text: await csvText([], true), entries: 0 }
      for (let after = 0, last = end?.id ?? 0; ; ) {
        const page = await listMatching(db.read, filter, { after, last }, rowsPerPiece)
        if (page.length) {
          const entries = await namedEntries(db.read, page)
          const shown = isMasked ? ((await maskedValue(db.read, entries)) as Shown[]) : entries
          yield { text: format === 'csv' ? await csvText(shown, false) : jsonText(shown), entries: page.length }
          after = page.at(-1)!.id
        }
        if (page.length < rowsPerPiece) return
      }
    },
  }
}

type Shown = Static<typeof AuditEntryView>

const jsonText = (entries: readonly Shown[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')

const columns = [
  ...['id', 'at', 'actor', 'request_id', 'verb', 'subject', 'subject_id', 'subject_name'],
  ...['batch_from', 'batch_to', 'before', 'after', 'hash'],
]

/** Lines for a spreadsheet; both sides of a change as JSON. */
async function csvText(entries: readonly Shown[], header: boolean) {
  const { stringify } = await import('csv-stringify/sync')
  const rows = entries.map(({ batch, before, after, ...entry }) => ({
    ...entry,
    batch_from: batch?.from ?? null,
    batch_to: batch?.to ?? null,
    before: before && JSON.stringify(before),
    after: after && JSON.stringify(after),
  }))
  return stringify(rows, { columns, header, escape_formulas: true })
}
