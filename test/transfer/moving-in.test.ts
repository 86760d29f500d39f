import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { responseProblemOf } from '../../src/signing/check'
import { startInstallation, type TestInstallation } from '../support/installation'
import { fenced, pages, root } from '../support/readme'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

const oldApiKey = '0b6f3d0e-5d7e-4c53-9b36-6a1f5d2c9a11'
const shopsApiKey = '5e9a1f0c-1d2b-4c3d-8e4f-a0b1c2d3e4f5'

/** The tables of the server that is left, as its database writes them. */
const oldTables: Record<string, string> = {
  'products.csv':
    'id,uuid,external_reference,source,name,description,post_url,slug,status,require_non_expired,algorithm,environment,created_at,updated_at\n' +
    '65,1e1d1f10-8c2f-4c1e-9a55-3f1d2c3b4a59,,internal,Plug-in,What is sold,,plug-in,active,0,RSA-SHA256,production,2023-01-01 10:00:00,2023-01-02 10:00:00\n' +
    '70,2e1d1f10-8c2f-4c1e-9a55-3f1d2c3b4a59,,Envato,Theme,,,NULL,active,1,RSA-SHA256,production,2023-01-01 10:00:00,2023-01-02 10:00:00\n',
  'product_meta.csv': 'id,product_id,meta_key,meta_value\n1,65,tier,pro\n',
  'generators.csv':
    'id,name,product_id,method,prefix,suffix,number_of_chunks,chunk_length,charset,activation_limit,validity,status,created_at,updated_at\n' +
    '4,Standard,65,chunk-system,PLUG-,,4,4,0123456789ABCDEF,2,365,1,2023-01-01 10:00:00,2023-01-01 10:00:00\n',
  'contracts.csv':
    'id,uuid,name,information,contract_key,license_keys_quantity,product_id,can_get_info,can_generate,can_destroy,can_destroy_all,status,created_at,updated_at\n' +
    '9,3e1d1f10-8c2f-4c1e-9a55-3f1d2c3b4a59,Reseller,Ten keys,RESELLER-9,10,65,1,1,0,0,active,2023-01-01 10:00:00,2023-01-01 10:00:00\n',
  'license_keys.csv':
    'id,product_id,license_key,owner_name,sold_to,activation_limit,validity,assigned_at,status,contract_id,environment,created_at,updated_at\n' +
    '1001,65,PLUG-AAAA,Ada,ada@example.com,2,0,2023-02-03 04:05:06,assigned,NULL,production,2023-02-01 00:00:00,2023-02-03 04:05:06\n' +
    '1002,65,PLUG-BBBB,,,2,365,NULL,available,9,production,2023-02-01 00:00:00,2023-02-01 00:00:00\n' +
    '1003,70,THEME-CCC,Bob,bob@example.com,1,0,2023-02-03 04:05:06,suspended,NULL,production,2023-02-01 00:00:00,2023-02-03 04:05:06\n',
  'license_key_meta.csv': 'id,license_key_id,key,value\n1,1001,order,#12\n',
  'activations.csv':
    'id,license_key_id,identifier,post_url,status,ip_address,user_agent,product_version,os,activated_at,last_verified_at,created_at,updated_at\n' +
    '1,1001,shop.example.com,,active,203.0.113.7,WordPress,1.0,linux,2023-02-04 00:00:00,2023-03-04 00:00:00,2023-02-04 00:00:00,2023-03-04 00:00:00\n' +
    '2,1001,old.example.com,,inactive,203.0.113.8,WordPress,1.0,linux,2023-02-03 05:00:00,NULL,2023-02-03 05:00:00,2023-02-03 06:00:00\n',
  'api_keys.csv': `id,name,key,status,expires_at,ip_allowlist\n3,Shop,${shopsApiKey},active,NULL,\n`,
  'telemetry.csv': 'id,data\n1,x\n',
}

let installation: TestInstallation
let place: string
let oldPublicKey: string
beforeAll(async () => {
  installation = await startInstallation()
  place = join(installation.folder, '..')
  mkdirSync(join(place, 'old-tables'))
  for (const [name, text] of Object.entries(oldTables)) writeFileSync(join(place, 'old-tables', name), text)
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(join(place, 'old-key.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }))
  oldPublicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  writeFileSync(join(place, 'mapping.json'), fenced('json', chapter).find((text) => text.includes('"api_keys"'))!)
})
afterAll(() => installation.close())

const chapter = pages.migrate!

describe('the move that the guide describes', () => {
  test('takes the tables, the key and the API key of another server', async () => {
    const command = join(place, 'latchkey')
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'src/main.ts')}" "$@"\n`)
    chmodSync(command, 0o755)
    const script = fenced('sh', chapter)[0]!
    const shell = Bun.spawn(['sh', '-e', '-c', script], {
      cwd: place,
      env: { PATH: `${place}:${process.env.PATH}`, LATCHKEY_DATA_DIR: installation.folder, OLD_API_KEY: oldApiKey },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [out, err] = [await new Response(shell.stdout).text(), await new Response(shell.stderr).text()]
    expect({ exitCode: await shell.exited, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toContain('Nothing was changed. An import would do this:')
    expect(out).toContain('telemetry.csv was skipped')
  }, 60_000)

  test('after which an old client goes on unchanged: its key, its device, its pinned public key', async () => {
    const answer = await fetch(`${installation.url}/api/v1/verify`, {
      method: 'POST',
      body: new URLSearchParams({ api_key: oldApiKey, license_key: 'PLUG-AAAA', identifier: 'shop.example.com' }),
    })
    const text = await answer.text()
    expect(JSON.parse(text).response.code).toBe(200)
    expect(responseProblemOf(text, oldPublicKey)).toBeUndefined()
  })

  test('with ids as they were, and each thing linked to its own', async () => {
    const { response } = await installation.ask('GET /api/v1/get-all-products')
    expect(response.products).toMatchObject([
      {
        id: 65,
        name: 'Plug-in',
        meta_data: [{ key: 'tier', value: 'pro' }],
        created_at: '2023-01-01T10:00:00.000000Z',
      },
      { id: 70, name: 'Theme', source: 'envato', description: '' },
    ])
    const lines = (await installation.cli('export', 'licenses')).out.split('\n').slice(0, -1)
    const [first, second, third] = lines.map((line) => JSON.parse(line))
    expect(first).toMatchObject({
      id: 1001,
      product_id: 65,
      meta_data: [{ key: 'order', value: '#12' }],
      activations: [
        { identifier: 'shop.example.com', ip: '203.0.113.7', deactivated_at: null },
        { identifier: 'old.example.com', deactivated_at: '2023-02-03T06:00:00.000Z' },
      ],
    })
    expect(second).toMatchObject({ id: 1002, contract_id: 9, status: 'available' })
    expect(third).toMatchObject({ id: 1003, product_id: 70, status: 'blocked', revoked_at: null })
    const { response: info } = await installation.ask('GET /api/v1/contracts/get-info', { contract_key: 'RESELLER-9' })
    expect(info.code).toBe(1204)
    const asShop = await installation.ask(
      'POST /api/v1/generate',
      { generator_id: 4, quantity: 1 },
      { key: shopsApiKey },
    )
    expect(asShop.response.licenseKeys[0]).toStartWith('PLUG-')
  })

  test('and can be done again without doubling anything', async () => {
    const { out } = await installation.cli(
      'import',
      join(place, 'old-tables'),
      '--mapping',
      join(place, 'mapping.json'),
      '--yes',
      '--json',
    )
    expect(JSON.parse(out)).toMatchObject({ made: 0, refused: 0 })
  })
})

describe('tables of another server beside products that are there', () => {
  test('get other ids where theirs are taken, say so, and stay linked', async () => {
    const other = await startInstallation()
    const folder = join(other.folder, '..', 'tables')
    mkdirSync(folder)
    writeFileSync(join(folder, 'mine.csv'), 'id,name\n65,Mine\n')
    await other.cli('import', join(folder, 'mine.csv'), '--table', 'products', '--yes')
    for (const [name, text] of Object.entries(oldTables)) writeFileSync(join(folder, name), text)
    const mapping = join(place, 'mapping.json')
    const first = await other.cli('import', folder, '--mapping', mapping, '--yes', '--json')
    expect(first.json.notes).toContain('Product 65 "Plug-in" has the id 66 here: tell clients that name it by its id.')
    const { response } = await other.ask('GET /api/v1/get-license-keys', { search: 'PLUG-' })
    expect(response.license_keys.map((key: { product_id: number }) => key.product_id)).toEqual([66, 66])
    const again = await other.cli('import', folder, '--mapping', mapping, '--yes', '--json')
    expect(again.json).toMatchObject({ made: 0, refused: 0 })
    await other.close()
  })
})
