import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator } from '../support/operator'
import { openRaw } from '../support/raw'
import { postHead } from '../support/socket'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product_id: number
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  product_id = await makeProduct(installation)
  await installation.cli('blocklist', 'add', '--ip', '8.8.4.4')
})
afterAll(() => installation.close())

/** Sends a request to its end and resets the connection at once, so that nobody can be asked any more who it was. */
async function askAndVanish(from: string, path: string, fields: object, bearer = installation.apiKey) {
  const body = JSON.stringify(fields)
  const { hostname, port } = new URL(installation.url)
  const head = postHead(path, {
    ...{ authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...{ 'content-length': body.length, 'x-forwarded-for': from },
  })
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } })
  socket.write(head + body)
  socket.terminate()
}

function rowsOf(query: string) {
  const raw = openRaw(installation.folder, { readonly: true })
  const rows = raw.query(query).all()
  raw.close()
  return rows
}

test('a client that vanishes with its last byte does not get round what is asked about its address', async () => {
  const license_key = await makeLicense(installation, { product_id })
  const { token } = await makeOperator(installation, 'operator')
  for (let i = 0; i < 5; i++) {
    await askAndVanish('8.8.4.4', '/api/v1/activate', { license_key, identifier: 'laptop' })
    await askAndVanish('8.8.4.4', '/admin/api/products', { name: 'of a blocked one', description: 'none' }, token)
  }
  // What was sent before on the same way has been taken by then.
  expect((await installation.ask('POST /api/v1/verify', { license_key, identifier: 'laptop' })).code).toBe(202)
  expect(rowsOf('select ip from activations')).toEqual([])
  expect(rowsOf('select name from products').length).toBe(1)
  expect((await installation.cli('doctor')).out).not.toContain('A proxy at')
})
