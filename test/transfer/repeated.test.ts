import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type EmptyInstallation, emptyInstallation } from '../support/empty-installation'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(120_000)

let installation: EmptyInstallation
beforeEach(async () => {
  installation = await emptyInstallation()
})
afterEach(() => installation.remove())

/** What lines of each table say, and the columns in which they say nothing. */
const tables: Record<string, { said: string; silent: string[] }> = {
  products: { said: 'id,name\n7,App\n', silent: ['slug', 'description', 'created_at', 'features', 'meta_data'] },
  product_meta: { said: 'product_id,meta_key,meta_value\n7,tier,pro\n', silent: ['created_at'] },
  generators: {
    said: 'id,product_id,method,activation_limit,validity\n3,7,chunk-system,1,30\n',
    silent: ['prefix', 'charset', 'number_of_chunks', 'status', 'updated_at'],
  },
  contracts: {
    said:
      'name,contract_key,product_id,license_keys_quantity,status,can_get_info,can_generate,can_destroy,can_destroy_all\n' +
      'Reseller,RESELLER-1,7,10,active,1,1,0,0\n',
    silent: ['uuid', 'information', 'created_at', 'updated_at'],
  },
  licenses: {
    said: 'license_key,product_id,activation_limit,assigned_at\nKEY-1,7,2,2024-01-31\n',
    silent: [
      ...['owner_name', 'owner_email', 'validity', 'expires_at', 'status', 'revoked_at', 'contract_id', 'generator_id'],
      ...['activations', 'meta_data', 'features', 'created_at', 'updated_at'],
    ],
  },
  license_meta: { said: 'license_key,meta_key,meta_value\nKEY-1,order,12\n', silent: ['created_at'] },
  activations: {
    said: 'license_key,identifier\nKEY-1,pc-1\n',
    silent: ['status', 'ip', 'user_agent', 'activated_at', 'deactivated_at', 'last_verified_at'],
  },
  blocklist: { said: 'kind,value\nidentifier,stolen-pc\n', silent: ['reason', 'created_at', 'expires_at'] },
  webhooks: {
    said: 'name,url,events\nShop,https://shop.example.com/hook,license.created\n',
    silent: ['uuid', 'active', 'created_at'],
  },
  api_keys: {
    said: 'name,key\nShop,0b6f3d0e-5d7e-4c53-9b36-6a1f5d2c9a11\n',
    silent: ['status', 'preset', 'capabilities', 'allowed_ips', 'rate_limit_per_minute', 'expires_at', 'last_used_at'],
  },
}

/** Lines with the columns that say nothing: empty, or with a zero date where they hold one. */
function withSilence({ said, silent }: { said: string; silent: string[] }, zero: string) {
  const [header, line] = said.split('\n')
  const cells = silent.map((column) => (column.endsWith('_at') ? zero : ''))
  return `${[header, ...silent].join(',')}\n${[line, ...cells].join(',')}\n`
}

/** Writes every table into a folder. */
function write(folder: string, textOf: (table: { said: string; silent: string[] }) => string) {
  for (const [name, table] of Object.entries(tables)) installation.file(`${folder}-${name}.csv`, textOf(table))
}

async function importAll(folder: string) {
  const results: Record<string, unknown> = {}
  for (const name of Object.keys(tables)) {
    const { out, err } = await installation.cli(
      'import',
      installation.path(`${folder}-${name}.csv`),
      '--table',
      name,
      '--yes',
      '--json',
    )
    if (!out) throw new Error(err)
    const { made, already_there, refusals } = JSON.parse(out)
    results[name] = { made, already_there, refusals }
  }
  return results
}

const each = (result: object) => Object.fromEntries(Object.keys(tables).map((name) => [name, result]))

describe('a repeated import', () => {
  test('changes and refuses nothing, whether columns are empty, zero or absent', async () => {
    write('empty', (table) => withSilence(table, ''))
    write('zero', (table) => withSilence(table, '0000-00-00 00:00:00'))
    write('absent', ({ said }) => said)
    expect(await importAll('empty')).toEqual(each({ made: 1, already_there: 0, refusals: [] }))
    const before = (await installation.cli('export', 'licenses')).out
    for (const folder of ['empty', 'zero', 'absent']) {
      expect(await importAll(folder)).toEqual(each({ made: 0, already_there: 1, refusals: [] }))
    }
    expect((await installation.cli('export', 'licenses')).out).toBe(before)
  })
})

describe('an export of ours', () => {
  test('comes in as it is, with what a file of another server would be refused for', async () => {
    const product = installation.file('products.csv', 'name\nApp\n')
    await installation.cli('import', product, '--yes')
    const line = {
      ...{ id: 5, product_id: 1, license_key: 'BACK-IN-STOCK', owner_name: 'Ada', owner_email: 'ada@example.com' },
      ...{ activation_limit: 2, validity: 30, assigned_at: null, status: 'available', revoked_at: null },
      ...{ contract_id: null, generator_id: null, features: {}, meta_data: [{ key: 'order', value: '12' }] },
      ...{ created_at: '2024-01-31T00:00:00.000Z', updated_at: '2024-01-31T00:00:00.000Z' },
      activations: [
        {
          id: 9,
          identifier: 'pc',
          activated_at: '2024-02-01T00:00:00.000Z',
          deactivated_at: '2024-02-02T00:00:00.000Z',
        },
      ],
    }
    const first = await installation.cli(
      'import',
      installation.file('licenses.jsonl', JSON.stringify(line)),
      '--yes',
      '--json',
    )
    expect(first.json).toMatchObject({ made: 1, refused: 0 })
    const exported = (await installation.cli('export', 'licenses')).out
    expect(JSON.parse(exported)).toMatchObject(line)
    const csv = (await installation.cli('export', 'licenses', '--format', 'csv')).out
    for (const [name, text] of [
      ['again.jsonl', exported],
      ['again.csv', csv],
    ] as const) {
      const again = await installation.cli(
        'import',
        installation.file(name, text),
        '--yes',
        '--json',
        '--table',
        'licenses',
      )
      expect(again.json).toMatchObject({ made: 0, already_there: 1, refused: 0 })
    }
  })
})
