import { closeSync, existsSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { reasonColumn } from './columns'
import type { Source, SourceLine } from './source'

/** Where lines go that were refused: in the form they had, with the reason, to be mended and imported again. */
export interface RefusedFiles {
  write(source: Source, refused: { line: SourceLine; reason: string }[]): void
  /** The files that were written. */
  close(): string[]
}

/** The usual place for what is refused of a file or a folder: beside it, under a name that is free. */
export function usualRefusedPath(path: string): string {
  const extension = statSync(path).isDirectory() ? '' : extname(path)
  const stem = `${path.replace(/\/+$/, '').slice(0, extension ? -extension.length : undefined)}.refused`
  for (let n = 1; ; n++) {
    const candidate = `${stem}${n > 1 ? `-${n}` : ''}${extension}`
    if (!existsSync(candidate)) return candidate
  }
}

/** Opens the place: a file for what is refused of one file, a folder with a file for each otherwise. */
export function openRefused(path: string, isFolder: boolean): RefusedFiles {
  const files = new Map<string, number>()
  const fileFor = (source: Source) => {
    const file = isFolder ? join(path, basename(source.path)) : path
    const open = files.get(file)
    if (open !== undefined) return open
    mkdirSync(dirname(file), { recursive: true })
    const fresh = openSync(file, 'w', 0o600)
    // The mark tells that it is UTF-8, whatever the file it comes from was.
    if (source.header) writeSync(fresh, `\ufeff${stringify([[...without(source.header), reasonColumn]])}`)
    files.set(file, fresh)
    return fresh
  }
  return {
    write(source, refused) {
      if (!refused.length) return
      const { header } = source
      const text = header
        ? stringify(refused.map(({ line, reason }) => [...cellsOf(line, header), reason]))
        : refused.map(({ line, reason }) => `${JSON.stringify(objectOf(line, reason))}\n`).join('')
      writeSync(fileFor(source), text)
    },
    close() {
      for (const file of files.values()) closeSync(file)
      return [...files.keys()]
    },
  }
}

const without = (header: string[]) => header.filter((column) => column !== reasonColumn)

function cellsOf({ raw }: SourceLine, header: string[]): string[] {
  const reasonAt = header.indexOf(reasonColumn)
  const cells = (raw as string[]).filter((_, i) => i !== reasonAt)
  return [...cells, ...Array(Math.max(0, without(header).length - cells.length)).fill('')]
}

function objectOf({ raw, fields, refused }: SourceLine, reason: string): object {
  const isObject = fields || refused !== 'this is no JSON object'
  return { ...(isObject ? JSON.parse(raw as string) : { text: raw }), [reasonColumn]: reason }
}
