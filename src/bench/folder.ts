import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addBlock } from '../access/blocking'
import { createApiKey } from '../access/service'
import { readConfig } from '../config'
import { openInstallation } from '../installation'
import { systemClock } from '../kernel/clock'
import type { KeySize } from '../signing/key-pair'
import { fillStock, type Stock } from './stock'

/** A data folder to measure, and an API key for it. */
export interface BenchFolder {
  readonly path: string
  readonly token: string
  remove(): void
}

const plenty = 1_000_000_000

/**
 * Creates a folder with that stock, a limited API key with all rights, and a blocklist with an address and a device, so
 * that `verify` performs all its checks.
 */
export async function makeFolder(stock: Stock, keySize: KeySize = 4096): Promise<BenchFolder> {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const now = systemClock()
  const installation = await openInstallation({
    config: readConfig({ data_dir: path }, {}),
    keySize,
    makesFolder: true,
  })
  const { token } = await installation.db.write(async (tx) => {
    await addBlock(tx, { kind: 'ip', value: '203.0.113.0/24', reason: '' }, now)
    await addBlock(tx, { kind: 'identifier', value: 'turned-away', reason: '' }, now)
    const draft = {
      name: 'bench',
      preset: 'all' as const,
      capabilities: [],
      allowedIps: [],
      rateLimitPerMinute: plenty,
    }
    return createApiKey(tx, draft, now)
  })
  await installation.close()
  await fillStock(join(path, 'latchkey.db'), stock, now)
  return { path, token, remove: () => rmSync(path, { recursive: true, force: true }) }
}
