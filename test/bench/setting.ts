import { join } from 'node:path'
import { type BenchFolder, makeFolder } from '../../src/bench/folder'
import { bestLoadMaker, type Load, type LoadMaker, type LoadOptions } from '../../src/bench/load'
import { cores, type Served, serve } from '../../src/bench/process'
import type { KeySize } from '../../src/signing/key-pair'

export const root = join(import.meta.dir, '../..')
export const binary = join(root, 'dist/latchkey')
/** Elysia alone, compiled like the server. */
export const bareBinary = join(root, 'dist/bench-bare')

/** How large and how long. */
export interface Size {
  /** Keys of the large stock, of the small one, and keys to be assigned. */
  many: number
  few: number
  available: number
  rounds: number
  seconds: number
  /** For the memory row. */
  verifies: number
}

/** How a server is started, where it is not as usual. */
export interface How {
  isPinned?: boolean
  log?: string
  env?: Record<string, string>
}

/** What every row works with. */
export interface Setting {
  size: Size
  many: BenchFolder
  few: BenchFolder
  effort: LoadOptions
  /** Load from the core that the server does not have. */
  load: LoadMaker
  /** A server on a folder, on its own core unless it is to have all. */
  latchkey(folder: BenchFolder, how?: How): Promise<Served>
  /** Another program, on the server's core. */
  beside(command: string[]): Promise<Served>
}

export async function makeSetting(size: Size): Promise<Setting> {
  const { server, load } = cores()
  return {
    size,
    many: await makeFolder({ keys: size.many, available: size.available }),
    few: await makeFolder({ keys: size.few, available: 0 }),
    effort: { connections: 64, seconds: size.seconds },
    load: bestLoadMaker(load),
    latchkey: (folder, { isPinned = true, log, env = {} } = {}) =>
      serve([binary, 'serve'], {
        core: isPinned ? server : undefined,
        env: { LATCHKEY_DATA_DIR: folder.path, LATCHKEY_PORT: '0', LATCHKEY_LOG: 'json', ...env },
        log: log ?? join(folder.path, 'log.jsonl'),
      }),
    beside: (command) => serve(command, { core: server }),
  }
}

/** A further folder whose answers are signed with a key of that size. */
export const folderWith = (keySize: KeySize, keys: number) => makeFolder({ keys, available: 0 }, keySize)

/** Requests with a folder's API key. */
export const loadOf = (
  { token }: BenchFolder,
  { method = 'POST', path, body = '', keys }: Partial<Load> & Pick<Load, 'path' | 'keys'>,
): Load => ({
  method,
  path: `/api/v1/${path}`,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body,
  keys,
})

export const device = '{"license_key":"{key}","identifier":"{device}"}'

/** One request that must be answered with that code, so that nobody measures refusals; the answer's size. */
export async function requireAnswer(url: string, load: Load, code: number): Promise<number> {
  const { draw } = await import('../../src/bench/load')
  for (let i = 0; i < 20; i++) {
    const { path, body } = draw(load)
    const { method, headers } = load
    const answer = await fetch(url + path, { method, headers, ...(method === 'POST' && { body }) })
    const text = await answer.text()
    if (!text.includes(`"code":${code}`)) throw new Error(`expected ${code}: ${text.slice(0, 300)}`)
    if (i === 19) return text.length
  }
  return 0
}
