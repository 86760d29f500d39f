import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { holdWriters } from '../support/raw'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

test('another process that holds the database stops writes alone, which say when to come back', async () => {
  const product_id = await makeProduct(installation)
  const device = { license_key: await makeActiveLicense(installation, { product_id }, 'pc'), identifier: 'pc' }
  await makeRelease(installation, { product: product_id, number: 102, file: makeFile(installation, 'content') })
  const { response: offered } = await installation.ask('POST /api/v1/access-downloadables', device)
  const letGo = await holdWriters(installation.folder)
  const activated = installation.ask('POST /api/v1/activate', { ...device, identifier: 'another' })
  const blocked = installation.cli('blocklist', 'add', '--ip', '203.0.113.7')
  const downloaded = fetch(offered.downloadables[0].url).then((answer) => answer.text())
  for (let i = 0; i < 10; i++)
    expect(await installation.ask('POST /api/v1/verify', device)).toMatchObject({ code: 200 })
  expect(await installation.cli('product', 'list')).toMatchObject({ exitCode: 0 })
  const { status, code, headers, response } = await activated
  expect({ status, code }).toEqual({ status: 503, code: 9503 })
  expect(headers.get('retry-after')).toBe(String(response.retry_after))
  expect(await downloaded).toBe('content')
  const { exitCode, out, err } = await blocked
  expect({ exitCode, out, err }).toEqual({
    exitCode: 1,
    out: '',
    err: 'latchkey: another process holds the database: try again when it is done\n',
  })
  await letGo()
  expect(await installation.ask('POST /api/v1/activate', { ...device, identifier: 'another' })).toMatchObject({
    code: 300,
  })
  expect(await installation.cli('blocklist', 'add', '--ip', '203.0.113.7')).toMatchObject({ exitCode: 0 })
}, 30_000)
