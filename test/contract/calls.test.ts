import { expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'
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

function callsOf(house: TestHouse): Row[] {
  const database = openRaw(house.folder, { readonly: true })
  const rows = database.query<Row, []>('select * from calls order by id').all()
  database.close()
  return rows
}

const verifies = (house: TestHouse) => callsOf(house).filter(({ route }) => route.endsWith('/verify'))

/** One good call of a device, one with an unknown key, one without an API key. */
async function ask(house: TestHouse) {
  const license_key = await makeActiveLicense(house, { product_id: await makeProduct(house) }, 'pc-7')
  await house.ask('POST /api/v1/verify', { license_key, identifier: 'pc-7' })
  await house.ask('POST /api/v1/verify', { license_key: 'UNKNOWN-KEY', identifier: 'pc-7' })
  await house.ask('POST /api/v1/verify', { license_key, identifier: 'pc-7' }, { key: null })
  return license_key
}

test('what was asked and said is written down, the licence key masked', async () => {
  const house = await startHouse()
  const licenseKey = await ask(house)
  await until('the calls are written', async () => verifies(house).length === 3)
  const [good, unknown, stranger] = verifies(house)
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
  expect(JSON.stringify(callsOf(house))).not.toContain(licenseKey)
  await house.close()
})

test('refusals alone are written where that is the setting, and nothing where it is off', async () => {
  const [refusals, off] = [await startHouse({ call_log: 'refusals' }), await startHouse({ call_log: 'off' })]
  await ask(refusals)
  await ask(off)
  await until('the refusals are written', async () => verifies(refusals).length === 2)
  expect(verifies(refusals).map(({ code }) => code)).toEqual(['210', '100'])
  expect(callsOf(off)).toEqual([])
  await refusals.close()
  await off.close()
})
