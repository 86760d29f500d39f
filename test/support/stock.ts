import type { TestHouse } from './house'

let count = 0

/** A product made through the public door; its id. */
export async function makeProduct(house: TestHouse, fields: Record<string, unknown> = {}): Promise<number> {
  const { response } = await house.ask('POST /api/v1/create-product', {
    source: 'internal',
    name: 'Test product',
    description: 'For a test',
    require_non_expired: 0,
    status: 'active',
    ...fields,
  })
  return response.product_id
}

/** A licence key made through the public door; assigned, for one year, any number of seats, unless said otherwise. */
export async function makeLicense(
  house: TestHouse,
  fields: { product_id: number } & Record<string, unknown>,
): Promise<string> {
  const key = `KEY-${process.pid}-${++count}`
  await house.ask('POST /api/v1/create-license-keys', {
    license_keys: [key],
    activation_limit: 0,
    validity: 365,
    status: 'assigned',
    ...fields,
  })
  return key
}
