import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, speakTo, startInstallation, type TestInstallation } from '../support/installation'
import { makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  const product = String(await makeProduct(installation))
  for (const [key, status] of [
    ['STOCK', 'available'],
    ['HELD', 'reserved'],
  ] as const) {
    await installation.cli('license', 'create', '--product', product, '--key', key, '--status', status)
    await installation.cli('license', 'block', key)
  }
})
afterAll(() => installation.close())

test('a blocked licence that moved to another folder is unblocked to what it was here', async () => {
  const file = join(installation.folder, '..', 'moved.jsonl')
  expect((await installation.cli('export', '--to', file)).exitCode).toBe(0)
  const elsewhere = freshFolder()
  await speakTo(elsewhere, 'init', '--bits', '2048')
  const moved = await speakTo(elsewhere, 'import', file, '--yes')
  expect([moved.exitCode, moved.err]).toEqual([0, expect.any(String)])
  const again = await speakTo(elsewhere, 'import', file, '--yes', '--json')
  expect(again.json).toMatchObject({ refused: 0 })
  for (const [key, state] of [
    ['STOCK', 'available'],
    ['HELD', 'reserved'],
  ]) {
    const { json } = await speakTo(elsewhere, 'license', 'unblock', key!, '--json')
    expect(json).toMatchObject({ license_key: key, state })
  }
})

test('a file does not say of a licence that is not blocked what it was blocked from', async () => {
  const file = join(installation.folder, '..', 'contradiction.csv')
  writeFileSync(file, 'license_key,status,activation_limit,validity,blocked_from\nNEW-1,available,1,0,reserved\n')
  const { out, err } = await installation.cli('import', file, '--product', '1', '--dry-run')
  expect(out + err).toContain('blocked_from is reserved')
})
