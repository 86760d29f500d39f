import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { serveFolder } from '../support/restored'

// Each step is a command of its own, and one of them takes in many lines.
setDefaultTimeout(120_000)

const keysBroughtAlong = 10_000
const keyNumber = (i: number) => String(i).padStart(5, '0')
const customer = { license_key: 'OLD-00042', identifier: 'her new laptop' }

let installation: TestInstallation
let license: { activations: { identifier: string; status: string }[] }
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const beside = (name: string, content?: string) => {
  const path = join(installation.folder, '..', name)
  if (content !== undefined) writeFileSync(path, content)
  return path
}

/** Runs a command that must succeed; what it printed as JSON. */
async function done(...args: string[]) {
  const { exitCode, json, err } = await installation.cli(...args, '--json')
  expect({ args, exitCode, err: exitCode ? err : '' }).toEqual({ args, exitCode: 0, err: '' })
  return json
}

const verify = (device = customer, asking = {}) => installation.ask('POST /api/v1/verify', device, asking)

test('a product with a generator', async () => {
  await done('product', 'create', '--name', 'My App', '--slug', 'my-app')
  const made = await done('generator', 'create', '--product', 'my-app', '--activation-limit', '2', '--validity', '365')
  expect((await done('generator', 'preview', String(made.id))).license_keys.length).toBeGreaterThan(0)
})

test(`${keysBroughtAlong} keys that exist already`, async () => {
  const lines = Array.from(
    { length: keysBroughtAlong },
    (_, i) => `OLD-${keyNumber(i)},customer${i}@example.com,1,0,assigned`,
  )
  const file = beside('keys.csv', ['license_key,email,activation_limit,validity,status', ...lines, ''].join('\n'))
  const dry = await done('import', file, '--product', 'my-app', '--dry-run')
  expect((await done('license', 'list', '--limit', '1')).licenses).toEqual([])
  const imported = await done('import', file, '--product', 'my-app', '--yes')
  expect([dry.made, imported.made, imported.refused]).toEqual([keysBroughtAlong, keysBroughtAlong, 0])
  expect(
    (await installation.ask('GET /api/v1/get-license-keys', { search: `OLD-${keyNumber(keysBroughtAlong - 1)}` }))
      .response.license_keys,
  ).toHaveLength(1)
})

test('why one customer is refused: her only seat is taken by the laptop she sold', async () => {
  await installation.ask('POST /api/v1/activate', { ...customer, identifier: 'the laptop she sold' })
  expect((await installation.ask('POST /api/v1/activate', customer)).code).toBe(302)
  expect((await verify()).code).toBe(202)
  const explained = await done('license', 'explain', customer.license_key, '--identifier', customer.identifier)
  expect(explained.answer.code).toBe(202)
  license = await done('license', 'show', customer.license_key)
  expect(JSON.stringify(license)).toContain('the laptop she sold')
})

test('a seat that is freed, and taken by the device she has now', async () => {
  await done('activation', 'deactivate', customer.license_key, 'the laptop she sold')
  expect((await installation.ask('POST /api/v1/activate', customer)).code).toBe(300)
  expect((await verify()).code).toBe(200)
})

test('an API key that is rotated while it is used, with no request refused', async () => {
  const { id, api_key: old } = await done('api-key', 'create', '--name', 'app', '--preset', 'client')
  const codes: (number | string)[] = []
  let isRotating = true
  const customers = Array.from({ length: 4 }, async () => {
    while (isRotating) codes.push((await verify(customer, { key: old })).code)
  })
  const { api_key: fresh } = await done('api-key', 'rotate', String(id), '--overlap', '7d')
  expect((await verify(customer, { key: fresh })).code).toBe(200)
  isRotating = false
  await Promise.all(customers)
  expect(codes.length).toBeGreaterThan(0)
  expect([...new Set(codes)]).toEqual([200])
})

test('a backup under load that is restored elsewhere, and a installation in which all is well', async () => {
  const passphrase = beside('passphrase', 'a long and private sentence\n')
  let isLoaded = true
  const customers = Array.from({ length: 4 }, async () => {
    while (isLoaded) expect((await verify()).code).toBe(200)
  })
  const backup = beside('all.tar.gz')
  await done('backup', backup, '--passphrase-file', passphrase)
  isLoaded = false
  await Promise.all(customers)

  const elsewhere = beside('elsewhere')
  await done('restore', backup, '--data-dir', elsewhere, '--passphrase-file', passphrase)
  const restored = await serveFolder(elsewhere)
  const answer = await fetch(`${restored.url}/api/v1/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${installation.apiKey}` },
    body: new URLSearchParams(customer),
  })
  expect(await installation.receive(answer)).toMatchObject({ code: 200 })
  await restored.close()

  const { ok, checks } = await done('doctor')
  expect(checks.filter((check: { ok: boolean }) => !check.ok)).toEqual([])
  expect(ok).toBe(true)
})
