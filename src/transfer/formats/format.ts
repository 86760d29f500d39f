import { closeSync, openSync, readSync } from 'node:fs'
import { extname } from 'node:path'
import { OperatorError } from '../../kernel/operator-error'
import { type Encoding, unicodeIn } from './encodings'
import { foreignFormat } from './foreign'

/** The format of a file, as detected from its first bytes. */
export interface FileFormat {
  kind: 'csv' | 'json-lines' | 'json'
  encoding: Encoding
  /** Whether the file begins with a byte order mark. */
  hasMark: boolean
}

const headBytes = 8192

/**
 * Detects the format of a file; `encoding` applies if the file does not show its own. Throws an `OperatorError` for
 * another kind of file.
 */
export function formatOf(path: string, encoding: Encoding): FileFormat {
  const head = headOf(path)
  const unicode = unicodeIn(head)
  const form = unicode ?? { encoding, hasMark: false }
  const text = new TextDecoder(form.encoding as 'utf-8').decode(head)
  const foreign = foreignFormat(head, text, extname(path).toLowerCase())
  if (foreign) throw new OperatorError(`${path} ${foreign}`)
  return { kind: kindOf(text.trimStart(), extname(path).toLowerCase()), ...form }
}

function kindOf(text: string, extension: string): FileFormat['kind'] {
  if (/^\[\s*(\{|\]|$)/.test(text)) return 'json'
  if (/^\{\s*["}]/.test(text)) return extension === '.json' ? 'json' : 'json-lines'
  if (extension === '.json') return 'json'
  return extension === '.jsonl' || extension === '.ndjson' ? 'json-lines' : 'csv'
}

function headOf(path: string): Buffer {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    throw new OperatorError(`cannot read ${path}: check the name and its permissions`)
  }
  try {
    const head = Buffer.alloc(headBytes)
    return head.subarray(0, readSync(file, head, 0, headBytes, 0))
  } finally {
    closeSync(file)
  }
}
