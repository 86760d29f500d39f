import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product_id: number
beforeAll(async () => {
  installation = await startInstallation()
  product_id = await makeProduct(installation)
})
afterAll(() => installation.close())

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

// Half a minute beyond, for the clock goes on.
test.each([
  [12 * minute, '(in 12 minutes)'],
  [1 * minute, '(in 1 minute)'],
  [119 * minute, '(in 119 minutes)'],
  [2 * hour, '(in 2 hours)'],
  [3 * hour, '(in 3 hours)'],
  [47 * hour, '(in 47 hours)'],
  [2 * day, '(in 2 days)'],
  [-3 * hour, '(2 hours ago)'],
  [-2 * day, '(47 hours ago)'],
])('an end %d ms away is told as %s', async (away, told) => {
  const assigned_at = new Date(installation.now().getTime() - day + away + minute / 2).toISOString()
  const key = await makeLicense(installation, { product_id, validity: 1, assigned_at })
  expect((await installation.cli('license', 'show', key)).out.split('\n')[0]).toContain(told)
})
