import { afterAll, beforeAll, expect } from 'bun:test'
import { renameSync } from 'node:fs'
import { testOfFile } from '../support/databases'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

testOfFile(
  'a data folder that is gone stops writes, which say when to come back, until it is there again',
  async () => {
    const product_id = await makeProduct(installation)
    const device = { license_key: await makeActiveLicense(installation, { product_id }, 'pc'), identifier: 'pc' }
    const activate = () => installation.ask('POST /api/v1/activate', { ...device, identifier: 'another' })
    renameSync(installation.folder, `${installation.folder}.away`)
    const { status, code, headers, response } = await activate()
    renameSync(`${installation.folder}.away`, installation.folder)
    expect({ status, code }).toEqual({ status: 503, code: 9503 })
    expect(headers.get('retry-after')).toBe(String(response.retry_after))
    expect(await installation.ask('POST /api/v1/verify', device)).toMatchObject({ code: 200 })
    expect(await activate()).toMatchObject({ code: 300 })
  },
)
