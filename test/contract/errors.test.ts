import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'

let installation: TestInstallation
let owner: Operator
beforeAll(async () => {
  installation = await startInstallation()
  owner = await makeOperator(installation, 'owner')
  await installation.cli('product', 'create', '--name', 'App')
  await installation.cli('license', 'create', '--product', 'App', '--key', 'BLOCKED', '--owner-name', 'Ada')
  await installation.cli('license', 'block', 'BLOCKED', '--yes')
})
afterAll(() => installation.close())

const errorOf = async (door: string, fields = {}) => {
  const [method, path] = door.split(' ')
  const response = await fetch(`${installation.url}/admin/api${path}`, {
    method: method!,
    headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
    ...(method !== 'GET' && { body: JSON.stringify(fields) }),
  })
  return ((await response.json()) as { error: object }).error
}

describe('an error names its remedy in the words of its door', () => {
  test('a field that is wanted', async () => {
    const { err, exitCode } = await installation.cli('license', 'assign', 'FREE')
    expect(err).toContain('--owner-email or --owner-name')
    expect(exitCode).toBe(2)
    const error = await errorOf('POST /licenses/FREE/assign')
    expect(error).toMatchObject({ code: 'invalid_input', field: 'owner_email' })
    expect(error).toMatchObject({ message: expect.stringContaining('owner_email or owner_name') })
    expect(JSON.stringify(error)).not.toContain('--')
  })

  test('an operation that helps', async () => {
    const { err } = await installation.cli('license', 'edit', 'BLOCKED', '--status', 'available')
    expect(err).toContain('"latchkey license unblock BLOCKED"')
    const error = await errorOf('PATCH /licenses/BLOCKED', { status: 'available' })
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('"license unblock"') })
    expect(error).toMatchObject({ remedies: [{ operation: 'license unblock', input: { license_key: 'BLOCKED' } }] })
  })

  test('an option that the command line calls otherwise', async () => {
    const { err } = await installation.cli('license', 'create', '--key', 'K1')
    expect(err).toContain('--product')
    const { err: nothing } = await installation.cli('license', 'create')
    expect(nothing).toContain('--key')
    expect(await errorOf('POST /licenses')).toMatchObject({ field: 'license_keys' })
  })

  test('work that a server does in another process', async () => {
    const error = await errorOf('GET /search/licenses?text=')
    expect(JSON.stringify(error)).not.toContain('--')
  })
})
