import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeProduct } from '../support/stock'

let installation: TestInstallation
let product_id: number
beforeAll(async () => {
  installation = await startInstallation()
  product_id = await makeProduct(installation)
  await installation.cli('generator', 'create', '--product', String(product_id))
})
afterAll(() => installation.close())

/** A contract with that many keys drawn from it. */
async function makeContract(name: string, quantity: number) {
  const terms = { license_keys_quantity: 9, status: 'active', can_get_info: 1, can_generate: 1, can_destroy: 1 }
  const draft = { contract_key: name, contract_name: name, contract_information: name, product_id, can_destroy_all: 1 }
  await installation.ask('POST /api/v1/create-contract', { ...draft, ...terms })
  await installation.ask('POST /api/v1/contracts/generate', { contract_key: name, quantity })
}

test.each([
  [1, '1 key drawn from it stays'],
  [2, '2 keys drawn from it stay'],
])('a message that counts %p says "%s"', async (quantity, said) => {
  const name = `counts-${quantity}`
  await makeContract(name, quantity)
  const { err } = await installation.cli('contract', 'delete', name)
  expect(err).toMatch(new RegExp(`\\b${said}\\b`))
})

test('one record of telemetry is one record', async () => {
  await installation.ask('POST /api/v1/send-telemetry-data', { product_id, data_type: 'text', text_data: 'one' })
  const { out } = await installation.cli('telemetry', 'purge', '--before', '2100-01-01', '--dry-run')
  expect(out).toContain('1 record would be removed.')
})
