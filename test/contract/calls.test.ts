import { expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { makeActiveLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'

interface Row {
  route: string
  code: string
  api_key_id: number | null
  address: string
  license_hash: string | null
  masked_key: string | null
  identifier: string | null
}

function callsOf(installation: TestInstallation): Row[] {
  const database = openRaw(installation.folder, { readonly: true })
  const rows = database.query<Row, []>('select * from calls order by id').all()
  database.close()
  return rows
}

const verifies = (installation: TestInstallation) =>
  callsOf(installation).filter(({ route }) => route.endsWith('/verify'))

/** One good call of a device, one with an unknown key, one without an API key. */
async function ask(installation: TestInstallation) {
  const license_key = await makeActiveLicense(installation, { product_id: await makeProduct(installation) }, 'pc-7')
  await installation.ask('POST /api/v1/verify', { license_key, identifier: 'pc-7' })
  await installation.ask('POST /api/v1/verify', { license_key: 'UNKNOWN-KEY', identifier: 'pc-7' })
  await installation.ask('POST /api/v1/verify', { license_key, identifier: 'pc-7' }, { key: null })
  return license_key
}

test('what was asked and said is written down, the licence key masked', async () => {
  const installation = await startInstallation()
  const licenseKey = await ask(installation)
  await until('the calls are written', async () => verifies(installation).length === 3)
  const [good, unknown, stranger] = verifies(installation)
  expect(good).toMatchObject({
    code: '200',
    address: '127.0.0.1',
    license_hash: new Bun.CryptoHasher('sha256').update(licenseKey).digest('hex'),
    masked_key: expect.stringContaining('…'),
    identifier: 'pc-7',
  })
  expect(good!.api_key_id).toBeGreaterThan(0)
  expect(unknown).toMatchObject({ code: '210', masked_key: 'UN…EY' })
  expect(stranger).toMatchObject({ code: '100', api_key_id: null })
  expect(JSON.stringify(callsOf(installation))).not.toContain(licenseKey)
  await installation.close()
})

test('refusals alone are written where that is the setting, and nothing where it is off', async () => {
  const [refusals, off] = [
    await startInstallation({ call_log: 'refusals' }),
    await startInstallation({ call_log: 'off' }),
  ]
  await ask(refusals)
  await ask(off)
  await until('the refusals are written', async () => verifies(refusals).length === 2)
  expect(verifies(refusals).map(({ code }) => code)).toEqual(['210', '100'])
  expect(callsOf(off)).toEqual([])
  await refusals.close()
  await off.close()
})
