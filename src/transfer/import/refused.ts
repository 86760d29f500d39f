import { closeSync, existsSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import type { CsvDialect } from '../formats/csv-dialect'
import { encoded } from '../formats/encodings'
import { reasonColumn } from './columns'
import type { Source, SourceLine } from './source'

/** Writes refused lines in their original form with the reason, to be corrected and imported again. */
export interface RefusedFiles {
  write(source: Source, refused: { line: SourceLine; reason: string }[]): void
  /** Returns the files written. */
  close(): string[]
}

/** The default path for the refused lines of a file or folder: beside it, under an unused name. */
export function usualRefusedPath(path: string): string {
  const extension = statSync(path).isDirectory() ? '' : extname(path)
  const stem = `${path.replace(/\/+$/, '').slice(0, extension ? -extension.length : undefined)}.refused`
  for (let n = 1; ; n++) {
    const candidate = `${stem}${n > 1 ? `-${n}` : ''}${extension}`
    if (!existsSync(candidate)) return candidate
  }
}

/** Opens the destination: one file for a file's refused lines; for a folder, a folder with a file for each. */
export function openRefused(path: string, isFolder: boolean): RefusedFiles {
  const files = new Map<string, { file: number; source: Source; count: number }>()
  const fileFor = (source: Source) => {
    const place = isFolder ? join(path, basename(source.path)) : path
    const open = files.get(place)
    if (open) return open
    mkdirSync(dirname(place), { recursive: true })
    const fresh = { file: openSync(place, 'w', 0o600), source, count: 0 }
    files.set(place, fresh)
    append(fresh, `${source.format.hasMark ? '\ufeff' : ''}${beginningOf(source)}`)
    return fresh
  }
  return {
    write(source, refused) {
      if (!refused.length) return
      const open = fileFor(source)
      append(open, textOf(source, refused, { isFirst: open.count === 0 }))
      open.count += refused.length
    },
    close() {
      for (const open of files.values()) {
        append(open, endOf(open.source))
        closeSync(open.file)
      }
      return [...files.keys()]
    },
  }
}

const append = ({ file, source }: { file: number; source: Source }, text: string) =>
  writeSync(file, encoded(text, source.format.encoding))

/** The text before the lines: the column names, or the bracket of a list. */
function beginningOf({ format, dialect, header, wrapper }: Source): string {
  if (format.kind === 'json') return wrapper === undefined ? '[\n' : `{${JSON.stringify(wrapper)}: [\n`
  if (!dialect || !header) return ''
  const separator = dialect.separatorLine === undefined ? '' : `${dialect.separatorLine}${dialect.newline}`
  return `${separator}${csvText([[...without(header), reasonColumn]], dialect)}`
}

function endOf({ format, wrapper }: Source): string {
  if (format.kind !== 'json') return ''
  return wrapper === undefined ? '\n]\n' : '\n]}\n'
}

function textOf(
  { format, dialect, header }: Source,
  refused: { line: SourceLine; reason: string }[],
  { isFirst }: { isFirst: boolean },
): string {
  if (dialect && header) {
    const records = refused.map(({ line, reason }) => [...cellsOf(line, header), reason])
    return csvText(records, dialect)
  }
  const objects = refused.map(({ line, reason }) => JSON.stringify(objectIn(line, reason)))
  if (format.kind === 'json') return `${isFirst ? '' : ',\n'}${objects.join(',\n')}`
  return objects.map((text) => `${text}\n`).join('')
}

const csvText = (records: string[][], { delimiter, quotes, newline }: CsvDialect) =>
  stringify(records, {
    delimiter,
    escape: quotes === 'backslash' ? '\\' : '"',
    record_delimiter: newline,
    // A reader drops a backslash that is not doubled, and doubled quotes are recognized only within quotes.
    quoted_match: quotes === 'backslash' ? /\\/ : /[\r\n]/,
  })

const without = (header: string[]) => header.filter((column) => column !== reasonColumn)

function cellsOf({ raw }: SourceLine, header: string[]): string[] {
  const reasonAt = header.indexOf(reasonColumn)
  const cells = (raw as string[]).filter((_, i) => i !== reasonAt)
  return [...cells, ...Array(Math.max(0, without(header).length - cells.length)).fill('')]
}

function objectIn({ raw, fields, refused }: SourceLine, reason: string): object {
  const isObject = fields || refused !== 'this is no JSON object'
  return { ...(isObject ? JSON.parse(raw as string) : { text: raw }), [reasonColumn]: reason }
}
