import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, type Spoken, spawnBinary, speak } from './installation'

/** A data folder with nothing in it but its keys, and room beside it for files. */
export interface EmptyInstallation {
  readonly folder: string
  cli(...args: string[]): Promise<Spoken>
  /** Writes a file beside the data folder; its path. */
  file(name: string, content: string | Uint8Array): string
  /** A path beside the data folder. */
  path(name: string): string
  remove(): void
}

export async function emptyInstallation(): Promise<EmptyInstallation> {
  const place = mkdtempSync(join(tmpdir(), 'latchkey-transfer-'))
  const folder = join(place, 'data')
  const env = { LATCHKEY_DATA_DIR: folder }
  const cli = (...args: string[]) => (binary ? spawnBinary(args, env, place) : speak(args, env))
  await cli('init', '--bits', '2048')
  return {
    folder,
    cli,
    file(name, content) {
      writeFileSync(join(place, name), content)
      return join(place, name)
    },
    path: (name) => join(place, name),
    remove: () => rmSync(place, { recursive: true }),
  }
}

/** What the files of a folder hold, by their names. */
export const textsIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
