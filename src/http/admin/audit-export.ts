import { Type } from '@sinclair/typebox'
import { AuditExportFields, auditFilterOf } from '../../operations/audit-filters'
import { type AuditPiece, exportAudit } from '../../transfer/export/audit-log'
import { whoIn } from './identity'
import { isMaskedFor } from './masking'
import { adminRoute } from './route'
import { streamOf } from './stream'

/** The audit log as a file. Its header `X-Audit-Head` is what `audit verify --head` takes. */
export const exportingAudit = adminRoute({
  route: 'GET /audit/export',
  command: 'audit export',
  role: 'viewer',
  files: ['application/x-ndjson', 'text/csv'],
  summary: 'export the audit log, oldest first; the header X-Audit-Head says where the log ends',
  input: Type.Object(AuditExportFields),
  async answer({ db }, adminRequest, { format = 'jsonl', ...given }) {
    const filter = auditFilterOf(given, adminRequest.now)
    const isMasked = isMaskedFor(whoIn(adminRequest).user, {})
    const { head, pieces } = await exportAudit(db, { filter, format, isMasked })
    return {
      isMasked,
      status: 200,
      body: await streamOf(bytesOf(pieces())),
      headers: {
        'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
        'content-disposition': `attachment; filename="audit.${format}"`,
        ...(head !== undefined && { 'x-audit-head': head }),
      },
    }
  },
})

async function* bytesOf(pieces: AsyncGenerator<AuditPiece>) {
  for await (const { text } of pieces) yield Buffer.from(text)
}
