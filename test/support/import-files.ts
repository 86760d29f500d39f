import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from './installation'

/** A installation with the product "app", and room beside its data folder for files that are to be imported. */
export interface ImportInstallation extends TestInstallation {
  /** Writes files into a folder of their own; the path of the folder. */
  folderOf(files: Record<string, string | Uint8Array>): string
  /** Writes a file into a folder of its own; its path. */
  fileOf(name: string, content: string | Uint8Array): string
  /** Imports for the product, and reads what `--json` printed, with refused lines too. */
  imported(path: string, ...args: string[]): Promise<Imported>
}

export interface Imported {
  exitCode: number
  err: string
  made: number
  refused: number
  notes: string[]
  /** Line and reason of each that was refused. */
  refusals: [number, string][]
  refusedTo: string[]
}

export async function importInstallation(): Promise<ImportInstallation> {
  const installation = await startInstallation()
  await installation.cli('product', 'create', '--name', 'App', '--slug', 'app')
  let folders = 0
  const folderOf = (files: Record<string, string | Uint8Array>) => {
    const folder = join(installation.folder, '..', `files-${++folders}`)
    mkdirSync(folder)
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    return folder
  }
  return {
    ...installation,
    folderOf,
    fileOf: (name, content) => join(folderOf({ [name]: content }), name),
    async imported(path, ...args) {
      const { exitCode, out, err } = await installation.cli(
        'import',
        path,
        '--product',
        'app',
        '--yes',
        '--json',
        ...args,
      )
      const { made = 0, refused = 0, notes = [], refusals = [], refused_to = [] } = out === '' ? {} : JSON.parse(out)
      const reasons = refusals.map(({ line, reason }: { line: number; reason: string }) => [line, reason])
      return { exitCode, err, made, refused, notes, refusals: reasons, refusedTo: refused_to }
    },
  }
}
