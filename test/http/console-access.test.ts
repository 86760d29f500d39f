import { afterAll, beforeAll, expect, test } from 'bun:test'
import { consoleObstacle } from '../../src/http/console-access'
import { startInstallation, type TestInstallation } from '../support/installation'
import { logIn, makeOperator, type Operator } from '../support/operator'

let installation: TestInstallation
let owner: Operator
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  owner = await makeOperator(installation, 'owner')
})
afterAll(() => installation.close())

test('the console opens from everywhere, from listed addresses only, or not at all', () => {
  const of = (console: 'on' | 'off', console_readers: string[], address = '192.0.2.7') =>
    consoleObstacle({ console, console_readers }, address)
  expect(of('on', [])).toBeUndefined()
  expect(of('on', ['192.0.2.0/24', '::1'])).toBeUndefined()
  expect(String(of('on', ['198.51.100.0/24']))).toBe('the console is not for 192.0.2.7: see console_readers')
  expect(String(of('off', []))).toBe('the console is off: see console')
})

test('from another address nobody logs in or uses a session; a token works', async () => {
  const inside = { 'x-forwarded-for': '192.0.2.7', 'sec-fetch-site': 'same-origin' }
  const outside = { ...inside, 'x-forwarded-for': '203.0.113.9' }
  const { session } = await logIn(installation, owner, outside)
  await owner.tell('PUT /settings/console_readers', { value: '192.0.2.0/24' })
  const asked = (showing: { session: string } | { token: string }, headers: Record<string, string>) =>
    owner.tell('GET /session', {}, { token: '', ...showing, headers })
  const refused = await asked({ session }, outside)
  expect([refused.status, refused.body.error.message]).toEqual([
    403,
    'the console is not for 203.0.113.9: see console_readers',
  ])
  expect((await logIn(installation, owner, outside)).status).toBe(403)
  expect((await asked({ session }, inside)).status).toBe(200)
  expect((await logIn(installation, owner, inside)).status).toBe(200)
  expect((await asked({ token: owner.token }, outside)).status).toBe(200)
})
