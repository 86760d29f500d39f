/** Names the kind of a file that an import cannot read, by its first bytes, and what to do with it instead. */
export function foreignFormat(head: Buffer, text: string, extension: string): string | undefined {
  const signature = signatures.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes))
  if (signature) return signature.kind === 'zip' ? zipKind(head, extension) : kinds[signature.kind]
  const start = text.trimStart().slice(0, 2000)
  if (extension === '.sql' || sqlStart.test(start)) return kinds.sql
  if (/^<(!doctype html|html|table|head|body|meta)\b/i.test(start)) return kinds.html
  if (/^<\?xml\b/i.test(start)) return kinds.xml
  return /^\{\\rtf/.test(start) ? kinds.document : undefined
}

const saveAsCsv = 'save its sheet as CSV ("CSV UTF-8" in Excel), and import that'

const kinds = {
  xlsx: `is an Excel workbook: ${saveAsCsv}`,
  xls: `is an Excel workbook of the old kind (.xls): ${saveAsCsv}`,
  ods: 'is an OpenDocument spreadsheet: save its sheet as CSV (UTF-8), and import that',
  document:
    'is a text document: save what it lists as CSV, with the names of the columns in the first line, and import that',
  archive: 'is a ZIP archive: unpack it, and import the file or the folder in it',
  compressed: 'is compressed: unpack it (gunzip, unzip, 7z, tar), and import what is in it',
  pdf: 'is a PDF: export the list itself as CSV where the PDF comes from, and import that',
  sqlite: `is a database of SQLite: write each of its tables as CSV (sqlite3 -header -csv FILE "SELECT * FROM license_keys" > license_keys.csv), and import those`,
  dump: 'is a dump of a PostgreSQL database: restore it, write each of its tables as CSV (\\copy license_keys TO license_keys.csv CSV HEADER), and import those',
  sql: 'is SQL: load it into a database, export each of its tables as CSV with the names of the columns in the first line (phpMyAdmin: Export, CSV; psql: \\copy license_keys TO license_keys.csv CSV HEADER), and import those',
  html: 'is a web page: a log-in or an error came in place of the file, or a table was saved as HTML. Download it again, or save the table as CSV',
  xml: `is XML: export the list as CSV where it comes from, or open it in a spreadsheet and ${saveAsCsv}`,
} as const

const signatures: readonly { bytes: Buffer; kind: keyof typeof kinds | 'zip' }[] = [
  { bytes: Buffer.from('PK\x03\x04', 'latin1'), kind: 'zip' },
  { bytes: Buffer.from('PK\x05\x06', 'latin1'), kind: 'zip' },
  { bytes: Buffer.from('d0cf11e0a1b11ae1', 'hex'), kind: 'xls' },
  { bytes: Buffer.from('1f8b', 'hex'), kind: 'compressed' },
  { bytes: Buffer.from('BZh'), kind: 'compressed' },
  { bytes: Buffer.from('fd377a585a00', 'hex'), kind: 'compressed' },
  { bytes: Buffer.from('28b52ffd', 'hex'), kind: 'compressed' },
  { bytes: Buffer.from('377abcaf271c', 'hex'), kind: 'compressed' },
  { bytes: Buffer.from('Rar!'), kind: 'compressed' },
  { bytes: Buffer.from('%PDF-'), kind: 'pdf' },
  { bytes: Buffer.from('SQLite format 3\0', 'latin1'), kind: 'sqlite' },
  { bytes: Buffer.from('PGDMP'), kind: 'dump' },
]

const sqlStart =
  /^(--[^\n]*\n|\/\*|(CREATE|DROP) (TABLE|DATABASE)\b|INSERT INTO\b|SET (NAMES|SQL_MODE|@|FOREIGN_KEY)|PRAGMA foreign_keys|BEGIN TRANSACTION|START TRANSACTION|LOCK TABLES)/i

/** Workbooks and documents are ZIP archives too; the names of the first entries distinguish them. */
function zipKind(head: Buffer, extension: string): string {
  const names = head.toString('latin1')
  if (names.includes('opendocument.spreadsheet') || extension === '.ods') return kinds.ods
  if (/^\.(docx|odt|pages)$/.test(extension) || names.includes('opendocument.text')) return kinds.document
  const isOffice = names.includes('[Content_Types].xml') || names.includes('xl/')
  return isOffice || /^\.(xlsx|xlsm|xlsb|numbers)$/.test(extension) ? kinds.xlsx : kinds.archive
}
