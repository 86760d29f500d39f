import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { startServer } from '../../src/worker/server'
import { speak, startInstallation, urlFrom } from '../support/installation'
import { openRaw } from '../support/raw'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'

const minuteMs = 60_000

/** A folder with a product of five keys; the API key for it. */
async function stockedFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-dying-'))
  const env = { LATCHKEY_DATA_DIR: folder }
  await speak(['init', '--bits', '2048'], env)
  const made = await speak(['api-key', 'create', '--name', 'shop', '--preset', 'all', '--json'], env)
  return { folder, apiKey: made.json.api_key as string }
}

async function post(url: string, apiKey: string, path: string, fields: object) {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(fields) })
  return ((await answer.json()) as { response: Record<string, never> }).response
}

test('an order whose server died between commit and answer is told again once, then orders are orders', async () => {
  const { folder, apiKey } = await stockedFolder()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../support/dying-server.ts'), folder], {
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const dying = await urlFrom(child.stderr)
  const product = { source: 'internal', name: 'p', description: 'd', require_non_expired: 0, status: 'active' }
  const { product_id } = await post(dying, apiKey, 'create-product', product)
  const license_keys = ['DYING-0', 'DYING-1', 'DYING-2']
  const stock = { product_id, license_keys, activation_limit: 1, validity: 0, status: 'available' }
  await post(dying, apiKey, 'create-license-keys', stock)
  const order = { product_id, owner_email: 'a@b.c', identifier: '31' }
  expect(post(dying, apiKey, 'random-assign-license-keys', order)).rejects.toThrow()
  await child.exited

  const installation = await openInstallation({ config: readConfig({ data_dir: folder }, {}), asServer: true })
  const server = await startServer(installation, '127.0.0.1', 0)
  const keyOf = async () => {
    const { license_keys: rows } = await post(server.url, apiKey, 'random-assign-license-keys', order)
    return (rows as unknown as { license_key: string }[])[0]!.license_key
  }
  expect([await keyOf(), await keyOf(), await keyOf()]).toEqual(['DYING-0', 'DYING-1', 'DYING-2'])
  await server.stop()
  await installation.close()
})

test('an answer is kept with its Idempotency-Key for twenty-four hours', async () => {
  const installation = await startInstallation()
  const product_id = await makeProduct(installation)
  const stock = { product_id, license_keys: ['A', 'B', 'C'], activation_limit: 1, validity: 0, status: 'available' }
  await installation.ask('POST /api/v1/create-license-keys', stock)
  const headers = { 'idempotency-key': 'order-31' }
  const keyOf = async () => {
    const { response } = await installation.ask('POST /api/v1/random-assign-license-keys', { product_id }, { headers })
    return response.license_keys[0].license_key
  }
  expect(await keyOf()).toBe('A')
  await installation.advance(24 * 60 * minuteMs - minuteMs)
  expect(await keyOf()).toBe('A')
  await installation.advance(2 * minuteMs)
  expect(await keyOf()).toBe('B')
  await installation.advance(24 * 60 * minuteMs)
  expect(await keyOf()).toBe('C')
  await installation.close()
})

test('orders nobody asked for again are forgotten with the next one after fifteen minutes', async () => {
  const installation = await startInstallation()
  const product_id = await makeProduct(installation)
  const license_keys = ['A', 'B']
  const stock = { product_id, license_keys, activation_limit: 1, validity: 0, status: 'available' }
  await installation.ask('POST /api/v1/create-license-keys', stock)
  const raw = openRaw(installation.folder)
  const insert = raw.query(
    `insert into unanswered_orders (api_key_id, endpoint, request_hash, answer, created_at) values (1, 'random-assign-license-keys', ?, '{}', ?)`,
  )
  insert.run('old', installation.now().getTime() - 16 * minuteMs)
  insert.run('young', installation.now().getTime() - 14 * minuteMs)
  expect(await installation.ask('POST /api/v1/random-assign-license-keys', { product_id })).toMatchObject({ code: 803 })
  const left = () => raw.query('select request_hash from unanswered_orders').values().flat()
  await until('its own to be answered', () => left().length === 1)
  expect(left()).toEqual(['young'])
  raw.close()
  await installation.close()
})
