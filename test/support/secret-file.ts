import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file that holds this secret, as an editor leaves it; its path. */
export function secretFile(secret: string) {
  const path = join(mkdtempSync(join(tmpdir(), 'latchkey-secret-')), 'secret')
  writeFileSync(path, `${secret}\n`, { mode: 0o600 })
  return path
}
