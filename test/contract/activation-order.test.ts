import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { openRaw } from '../support/raw'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let operator: Operator
const products: number[] = []
beforeAll(async () => {
  installation = await startInstallation()
  operator = await makeOperator(installation, 'operator')
  for (const name of ['Editor', 'Player']) products.push(await makeProduct(installation, { name }))
  // Two were never verified, two at one moment, and one has lost its seat.
  const at = [3000, null, 9000, 5000, null, 5000, 1000]
  for (const [i, seen] of at.entries()) {
    const license_key = await makeLicense(installation, { product_id: products[i % 2]! })
    await installation.ask('POST /api/v1/activate', { license_key, identifier: `pc-${i}` })
    if (i === 2) await installation.ask('POST /api/v1/deactivate', { license_key, identifier: `pc-${i}` })
    const database = openRaw(installation.folder)
    // Far apart, as ids are looked through in steps.
    database.query('update activations set id = ?2 where identifier = ?1').run(`pc-${i}`, (i + 1) * 10_000)
    const insertion = database.query(
      'insert into activation_sightings select id, ?2 from activations where identifier = ?1',
    )
    if (seen !== null) insertion.run(`pc-${i}`, seen)
    database.close()
  }
})
afterAll(() => installation.close())

/** The devices of a list, read page by page. */
async function devices(fields: Record<string, unknown>, limit: number): Promise<string[]> {
  const found: string[] = []
  let after: string | null = null
  do {
    const { body } = await operator.tell('GET /activations', { ...fields, limit, ...(after && { after }) })
    expect(body.activations.length).toBeLessThanOrEqual(limit)
    found.push(...body.activations.map(({ identifier }: { identifier: string }) => identifier.slice(3)))
    after = body.next
  } while (after)
  return found
}

test.each([1, 2, 3, 5, 100])('seats are listed in the order of last use, both ways, %i a page', async (limit) => {
  const inOrder = async (fields: Record<string, unknown> = {}) => {
    const up = await devices({ ...fields, sort: 'last_verified_at' }, limit)
    expect(await devices({ ...fields, sort: '-last_verified_at' }, limit)).toEqual(up.toReversed())
    return up.join('')
  }
  expect(await inOrder()).toBe('1460352')
  expect(await inOrder({ status: 'active' })).toBe('146035')
  expect(await inOrder({ status: 'inactive' })).toBe('2')
  expect(await inOrder({ product: String(products[0]) })).toBe('4602')
  expect(await inOrder({ product: String(products[1]) })).toBe('135')
  expect(await inOrder({ product: String(products[0]), status: 'active' })).toBe('460')
  expect(await inOrder({ identifier: 'pc-3' })).toBe('3')
  expect((await devices({ product: String(products[0]), status: 'active' }, limit)).join('')).toBe('046')
  expect((await devices({ status: 'inactive', sort: '-id' }, limit)).join('')).toBe('2')
})
