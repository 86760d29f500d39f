import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { choice, text, toggle } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { importFields, mappingIn } from '../../operations/import-fields'
import { spooled } from '../../transfer/export/spool'
import { csvForm, delimiterNames, requireCsv } from '../../transfer/export/spreadsheet'
import { encodingNamed } from '../../transfer/formats/encodings'
import { ImportResultView } from '../../transfer/import/counts'
import { importUpload, type UploadOptions } from '../../transfer/import/upload'
import { exportedTables } from '../../transfer/tables/table'
import { seesSecrets } from '../../users/view'
import { done } from './answers'
import { exportingAudit } from './audit-export'
import { exportingBackup } from './backup-file'
import { requireRole } from './caller'
import { whoIn } from './identity'
import { requireProof } from './proof'
import { exportingRefused } from './refused-lines'
import { exportingRelease } from './release-file'
import { answerOnce } from './repeats'
import { type AdminRoute, adminRoute } from './route'
import { streamOf } from './stream'
import { uploadIn } from './upload'

const passphrase = Type.Optional(
  text({
    header: 'x-passphrase',
    description: 'The passphrase of the signing keys in an export: ASCII characters, in this header.',
  }),
)

const importRoute = { route: 'POST /import', takesFile: true } as const

const importing = adminRoute({
  ...importRoute,
  command: 'import',
  role: 'owner',
  fileTypes: [
    ...['text/csv', 'text/tab-separated-values', 'text/plain', 'application/csv', 'application/vnd.ms-excel'],
    ...['application/json', 'application/x-ndjson', 'application/ndjson', 'application/jsonl', 'multipart/form-data'],
  ],
  summary: 'import one file of CSV or JSON; the answer counts each table and lists the first 1,000 refused lines',
  input: Type.Object({ ...importFields, passphrase }),
  output: ImportResultView,
  async answer(deps, adminRequest, fields) {
    const { encoding = charsetOf(adminRequest.request) ?? 'utf-8', quotes = 'doubled', ...said } = fields
    if (!said.dry_run) await requireProof(deps, adminRequest, 'session')
    deps.peers.awaitLong(adminRequest.request)
    const options: UploadOptions = {
      said: mappingIn(fields),
      reading: { encoding: encodingNamed(encoding), quotes },
      importOptions: {
        createsProducts: said.create_products ?? false,
        keepsSeats: said.keep_seats ?? false,
        passphrase: validPassphrase(said.passphrase),
        dateFormats: said.date_format,
        values: said.value,
      },
      isDryRun: said.dry_run ?? false,
    }
    return answerOnce(deps, importRoute, { adminRequest, fields }, async (db) =>
      done(await importUpload({ ...deps, db }, uploadIn(adminRequest.request), options)),
    )
  },
})

/** The encoding named in the content type of a text file. */
const charsetOf = ({ headers }: Request) =>
  /^\s*(?:text|application)\/.*;\s*charset="?([\w:.-]+)/i.exec(headers.get('content-type') ?? '')?.[1]

const exportFields = {
  format: Type.Optional(
    choice(['jsonl', 'csv'], { description: 'csv is for spreadsheets; jsonl where nothing is said.' }),
  ),
  delimiter: Type.Optional(choice(delimiterNames, { description: 'What stands between the cells of CSV: comma.' })),
  bom: Type.Optional(toggle({ description: 'Begin CSV with a mark that tells Excel it is UTF-8.' })),
  passphrase,
}
const tableFields = Type.Object({ table: choice(exportedTables, { description: 'The table.' }), ...exportFields })
const everyField = Type.Object({ passphrase })

const exportingTable = adminRoute({
  route: 'GET /export/:table',
  command: 'export',
  role: 'viewer',
  files: ['application/x-ndjson', 'text/csv'],
  summary:
    'export one table as of this moment, in a form that import reads; API keys and signing keys only for owners, secrets masked for viewers',
  input: tableFields,
  async answer(deps, adminRequest, fields) {
    const { database, folder, sealer } = deps
    const { table, format = 'jsonl', delimiter, bom, passphrase } = fields
    if (table === 'api_keys' || table === 'signing_keys') {
      requireRole(whoIn(adminRequest), 'owner')
      await requireProof(deps, adminRequest, 'session')
    }
    requireCsv(format, { delimiter, bom })
    const { exportedText, jsonForm } = await import('../../transfer/export/export')
    const isMasked = !seesSecrets(whoIn(adminRequest).user.role)
    const wanted = { database, only: table, exportOptions: { ...(await outwardOf(sealer, passphrase)), isMasked } }
    const form = format === 'csv' ? csvForm({ delimiter, bom }) : jsonForm({ named: false })
    return attached(folder, `${table}.${format}`, exportedText(wanted, form))
  },
})

const exportingAll = adminRoute({
  route: 'GET /export',
  command: 'export',
  role: 'owner',
  files: ['application/x-ndjson'],
  summary: 'export everything as of this moment, as JSON lines that import reads',
  input: everyField,
  async answer(deps, adminRequest, fields) {
    const { database, folder, sealer } = deps
    const { passphrase } = fields
    await requireProof(deps, adminRequest, 'session')
    const { exportedText, jsonForm } = await import('../../transfer/export/export')
    const wanted = { database, exportOptions: await outwardOf(sealer, passphrase) }
    return attached(folder, 'latchkey.jsonl', exportedText(wanted, jsonForm({ named: true })))
  },
})

/** Import and export by file; the commands with these names have further options for terminal and disk. */
export const movingRoutes = [
  importing,
  exportingTable,
  exportingAll,
  exportingRefused,
  exportingBackup,
  exportingAudit,
  exportingRelease,
] as const satisfies readonly AdminRoute[]

async function outwardOf(sealer: Deps['sealer'], passphrase: string | undefined) {
  if (passphrase === undefined) return {}
  const { lockWith } = await import('../../transfer/export/export')
  return { lockKey: lockWith(sealer, validPassphrase(passphrase)!) }
}

/** Requires characters that a header carries unambiguously. */
function validPassphrase(passphrase: string | undefined) {
  if (passphrase === undefined || /^[\x20-\x7e]+$/.test(passphrase)) return passphrase
  throw new OperatorError(
    'a passphrase in a header is of ASCII characters: use the command for another',
    'invalid_input',
  )
}

const attached = async (folder: string, name: string, pieces: AsyncGenerator<string>) => ({
  status: 200,
  body: await streamOf(spooled(pieces, folder)),
  headers: {
    'content-type': name.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="${name}"`,
  },
})
