import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { talk } from '../support/socket'
import { fixture, trusting } from '../support/tls'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation({ tls_cert: fixture('first.pem'), tls_key: fixture('first-key.pem') })
})
afterAll(() => installation.close())

test('with a certificate, HTTPS is spoken, and answers are sealed as ever', async () => {
  expect(installation.url).toStartWith('https://127.0.0.1:')
  const answer = await fetch(`${installation.url}/api/v1/get-all-products`, {
    ...trusting('first.pem'),
    headers: { authorization: `Bearer ${installation.apiKey}` },
  })
  expect(await installation.receive(answer)).toMatchObject({ code: 810, signedWith: 'global' })
})

test('the address of the caller is known through TLS', async () => {
  const narrow = await installation.cli(
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
  const answer = await fetch(`${installation.url}/api/v1/get-all-products`, {
    ...trusting('first.pem'),
    headers: { authorization: `Bearer ${narrow.json.api_key}` },
  })
  expect(await installation.receive(answer)).toMatchObject({ code: 103 })
})

test('a client that trusts somebody else is not served', async () => {
  const refused = await fetch(`${installation.url}/healthz`, trusting('second.pem')).catch((error: Error) => error)
  expect(refused).toBeInstanceOf(Error)
})

test('plain HTTP is not spoken beside it', async () => {
  const refused = await fetch(`${installation.url.replace('https', 'http')}/healthz`).catch((error: Error) => error)
  expect(refused).toBeInstanceOf(Error)
})

test('health finds a server that speaks HTTPS', async () => {
  const { port } = new URL(installation.url)
  expect(await installation.cli('health', '--port', port, '--tls-cert', fixture('first.pem'))).toMatchObject({
    exitCode: 0,
  })
})

test.each([
  ['//api/v1/keys', 200],
  ['/zz/api/v1/keys', 404],
  ['/zz/metrics', 404],
  ['//admin/api/session', 404],
  ['/admin/api/session', 401],
])('through TLS, too, %s answers HTTP %d whatever Host says', async (path, status) => {
  for (const host of ['x', 'keys.example.com']) {
    const answer = await talk(installation.url, [`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`])
    expect(answer.status).toBe(status)
  }
})
