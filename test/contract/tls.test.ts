import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'
import { talk } from '../support/socket'
import { fixture, trusting } from '../support/tls'

let house: TestHouse
beforeAll(async () => {
  house = await startHouse({ tls_cert: fixture('first.pem'), tls_key: fixture('first-key.pem') })
})
afterAll(() => house.close())

test('with a certificate, HTTPS is spoken, and answers are sealed as ever', async () => {
  expect(house.url).toStartWith('https://127.0.0.1:')
  const answer = await fetch(`${house.url}/api/v1/get-all-products`, {
    ...trusting('first.pem'),
    headers: { authorization: `Bearer ${house.apiKey}` },
  })
  expect(await house.receive(answer)).toMatchObject({ code: 810, signedWith: 'global' })
})

test('the address of the caller is known through TLS', async () => {
  const narrow = await house.cli(
    'api-key',
    'create',
    '--name',
    'n',
    '--preset',
    'all',
    '--allow-ip',
    '192.0.2.1',
    '--json',
  )
  const answer = await fetch(`${house.url}/api/v1/get-all-products`, {
    ...trusting('first.pem'),
    headers: { authorization: `Bearer ${narrow.json.api_key}` },
  })
  expect(await house.receive(answer)).toMatchObject({ code: 103 })
})

test('a client that trusts somebody else is not served', async () => {
  const refused = await fetch(`${house.url}/healthz`, trusting('second.pem')).catch((error: Error) => error)
  expect(refused).toBeInstanceOf(Error)
})

test('plain HTTP is not spoken beside it', async () => {
  const refused = await fetch(`${house.url.replace('https', 'http')}/healthz`).catch((error: Error) => error)
  expect(refused).toBeInstanceOf(Error)
})

test('health finds a server that speaks HTTPS', async () => {
  const { port } = new URL(house.url)
  expect(await house.cli('health', '--port', port, '--tls-cert', fixture('first.pem'))).toMatchObject({ exitCode: 0 })
})

test.each([
  ['//api/v1/keys', 200],
  ['/zz/api/v1/keys', 404],
  ['/zz/metrics', 404],
  ['//admin/api/session', 404],
  ['/admin/api/session', 401],
])('through TLS, too, %s answers HTTP %d whatever Host says', async (path, status) => {
  for (const host of ['x', 'keys.example.com']) {
    const answer = await talk(house.url, [`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`])
    expect(answer.status).toBe(status)
  }
})
