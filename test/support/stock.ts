import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestInstallation } from './installation'

let count = 0

/** A product made through the public door; its id. */
export async function makeProduct(
  installation: TestInstallation,
  fields: Record<string, unknown> = {},
): Promise<number> {
  const { response } = await installation.ask('POST /api/v1/create-product', {
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
  installation: TestInstallation,
  fields: { product_id: number } & Record<string, unknown>,
): Promise<string> {
  const key = `KEY-${process.pid}-${++count}`
  await installation.ask('POST /api/v1/create-license-keys', {
    license_keys: [key],
    activation_limit: 0,
    validity: 365,
    status: 'assigned',
    ...fields,
  })
  return key
}

/** A licence key that is activated on that device. */
export async function makeActiveLicense(
  installation: TestInstallation,
  fields: { product_id: number } & Record<string, unknown>,
  identifier: string,
): Promise<string> {
  const license_key = await makeLicense(installation, fields)
  await installation.ask('POST /api/v1/activate', { license_key, identifier })
  return license_key
}

/** A file of that name, in a folder that goes with the installation. */
export function makeFile(installation: TestInstallation, content: string | Uint8Array, name = 'app.zip'): string {
  const path = join(mkdtempSync(join(installation.folder, '..', 'file-')), name)
  writeFileSync(path, content)
  return path
}

/** A release made with the command line, published unless said otherwise. */
export async function makeRelease(
  installation: TestInstallation,
  {
    product,
    number,
    file,
    isPublished = true,
  }: { product: number; number: number; file: string; isPublished?: boolean },
) {
  const { json, err } = await installation.cli(
    ...['release', 'add', '--product', String(product), '--version', [...String(number)].join('.')],
    ...['--numeric-version', String(number), '--file', file, '--json', ...(isPublished ? ['--publish'] : [])],
  )
  if (!json) throw new Error(err)
  return json
}
