import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { addBlock, removeBlock } from '../../src/access/blocking'
import { createApiKey } from '../../src/access/service'
import { readConfig } from '../../src/config'
import { explainDevice } from '../../src/features/support/explain'
import { buildApp } from '../../src/http/app'
import { type Installation, openInstallation } from '../../src/installation'
import { dayMs } from '../support/reference'

let folder: string
let installation: Installation
let ask: (path: string, fields: object) => Promise<{ code: number | string; message: string; product_id: number }>
let now = Date.UTC(2030, 0, 1)
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-explain-'))
  installation = await openInstallation({
    config: readConfig({ data_dir: folder }, {}),
    keySize: 2048,
    clock: () => new Date(now),
    makesFolder: true,
  })
  const draft = { name: 'explain', preset: 'all' as const, capabilities: [], allowedIps: [] }
  const { token } = await installation.db.write((tx) => createApiKey(tx, draft, new Date(now)))
  const app = buildApp(installation)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  ask = async (path, fields) => {
    const request = new Request(`http://localhost/api/v1/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(fields),
    })
    return ((await (await app.handle(request)).json()) as { response: never }).response
  }
})
afterAll(async () => {
  await installation.close()
  rmSync(folder, { recursive: true })
})

const circumstances = fc.record({
  isKnown: fc.boolean(),
  product: fc.constantFrom('own', 'other', 'unknown', undefined),
  device: fc.constantFrom('seated', 'freed', 'stranger', ''),
  status: fc.constantFrom('available', 'assigned', 'reserved', 'blocked', 'revoked'),
  isProductActive: fc.boolean(),
  validity: fc.integer({ min: 0, max: 3 }),
  daysLater: fc.integer({ min: 0, max: 4 }),
  isTurnedAway: fc.boolean(),
  seats: fc.integer({ min: 0, max: 2 }),
})

let lives = 0

test('explain, verify and activate give the same answer, whatever the state of a licence', async () => {
  const makeProduct = async () => {
    const words = { source: 'internal', name: 'explain', description: '-', require_non_expired: 0, status: 'active' }
    return (await ask('create-product', words)).product_id
  }
  const compared = fc.asyncProperty(circumstances, async (given) => {
    const license_key = `EXPLAIN-${++lives}`
    const product_id = await makeProduct()
    const terms = { activation_limit: 0, validity: given.validity, status: 'assigned' }
    await ask('create-license-keys', { license_keys: [license_key], product_id, ...terms })
    for (const identifier of ['seated', 'freed']) await ask('activate', { license_key, identifier })
    await ask('deactivate', { license_key, identifier: 'freed' })
    await ask('update-license-key', { license_key, status: given.status, activation_limit: given.seats })
    await ask('update-product', { product_id, status: given.isProductActive ? 'active' : 'inactive' })
    const named = { own: product_id, other: product_id - 1, unknown: 999_999_999 }
    const device = {
      license_key: given.isKnown ? license_key : 'no-such-key',
      ...(given.device && { identifier: given.device }),
      ...(given.product && { product_id: String(named[given.product as keyof typeof named]) }),
    }
    now += given.daysLater * dayMs
    const draft = { kind: 'identifier' as const, value: 'seated', reason: '', expiresAt: undefined }
    const block = given.isTurnedAway && (await installation.db.write((tx) => addBlock(tx, draft, new Date(now))))
    const explained = await explainDevice(installation, device, new Date(now))
    for (const [endpoint, good] of [
      ['verify', [200]],
      ['activate', [300, 301]],
    ] as const) {
      const { code, message } = await ask(endpoint, device)
      const { rules, answer } = explained[endpoint]
      expect(answer).toMatchObject({ code, message })
      const failed = rules.filter(({ holds }) => holds === false)
      expect<(number | string)[]>(failed.length ? [failed[0]!.code] : [...good]).toContain(code)
    }
    if (block) await installation.db.write((tx) => removeBlock(tx, block.id, new Date(now)))
  })
  await fc.assert(compared, { numRuns: Number(process.env.LIFE_CYCLES ?? 150) })
}, 120_000)
