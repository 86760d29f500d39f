import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { binary, startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, logIn, makeOperator, type Operator, tell } from '../support/operator'

setDefaultTimeout(60_000)

const password = 'wood lamp seven rivers'
const hourMs = 3_600_000

let installation: TestInstallation
let owner: Operator
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  owner = await makeOperator(installation, 'owner')
})
afterAll(() => installation.close())

const use = (token: string, fields: Record<string, unknown> = { password }, from = '192.0.2.1') =>
  tell(installation, 'PUT /link/password', fields, { headers: { 'x-link-token': token, 'x-forwarded-for': from } })
const look = (token: string, from = '192.0.2.1') =>
  tell(installation, 'GET /link', {}, { headers: { 'x-link-token': token, 'x-forwarded-for': from } })
const tokenIn = ({ path }: { path: string }) => path.split('#')[1]!
const invite = async (name: string, role = 'viewer') => {
  const { status, body } = await owner.tell(`POST /users/${name}/invitation`, { role })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body
}

test('an invitation lets somebody choose a password once, and only its hash is stored', async () => {
  const invited = await invite('grace', 'support')
  expect(invited).toMatchObject({ user: 'grace', role: 'support', kind: 'invitation' })
  expect(invited.link).toEndWith(invited.path)
  expect((await owner.tell('GET /users', { role: 'support' })).body.users).toMatchObject([
    { name: 'grace', status: 'active', has_password: false },
  ])
  const token = tokenIn(invited)
  expect((await look(token)).body).toMatchObject({ user: 'grace', role: 'support', kind: 'invitation' })
  expect((await use(token, { password: 'short' })).status).toBe(422)
  expect((await use(token)).status).toBe(200)
  expect((await logIn(installation, { name: 'grace', password })).status).toBe(200)
  expect([(await use(token)).status, (await look(token)).status]).toEqual([401, 401])
  const rows = auditRows(installation)
  expect(rows.map(({ verb }) => verb)).toContain('user.invited')
  expect(rows.findLast(({ verb }) => verb === 'user.password-changed')).toMatchObject({ actor: 'user grace' })
  expect(JSON.stringify(rows)).not.toContain(token)
  expect((await owner.tell('POST /users/grace/invitation', { role: 'viewer' })).status).toBe(409)
})

test('a newer invitation replaces the one before, with the role it names', async () => {
  const [first, second] = [tokenIn(await invite('joan')), tokenIn(await invite('joan', 'operator'))]
  expect((await look(first)).status).toBe(401)
  expect((await look(second)).body).toMatchObject({ user: 'joan', role: 'operator' })
})

test('a link for a new password ends sessions and tokens, and ends with a change of the password or the user', async () => {
  const ada = await makeOperator(installation, 'operator')
  const { session } = await logIn(installation, ada)
  const fresh = async () => tokenIn((await owner.tell(`POST /users/${ada.name}/reset-link`)).body)
  const token = await fresh()
  expect((await tell(installation, 'GET /session', {}, { session })).status).toBe(200)
  expect((await use(token)).body).toMatchObject({ user: ada.name, kind: 'reset' })
  expect((await tell(installation, 'GET /session', {}, { session })).status).toBe(401)
  expect((await ada.tell('GET /session')).status).toBe(401)
  expect((await logIn(installation, ada)).status).toBe(401)
  expect((await logIn(installation, { name: ada.name, password })).status).toBe(200)

  const changed = await fresh()
  await owner.tell(`PUT /users/${ada.name}/password`, {})
  expect((await look(changed)).status).toBe(401)
  const disabled = await fresh()
  await owner.tell(`POST /users/${ada.name}/disable`)
  expect((await look(disabled)).status).toBe(401)
  expect((await owner.tell(`POST /users/${ada.name}/reset-link`)).status).toBe(409)
})

test('wrong tokens of links are guesses, and stop being answered', async () => {
  await owner.tell('PUT /settings/guesses_per_minute', { value: '3' })
  const from = '8.8.4.4'
  for (let i = 0; i < 3; i++) expect((await look(`lkl_${i}`, from)).status).toBe(401)
  const refused = await use('lkl_4', { password }, from)
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true])
  await owner.tell('DELETE /settings/guesses_per_minute')
})

test.skipIf(Boolean(binary))('a link expires: an hour for a password, seven days for an invitation', async () => {
  const invitation = tokenIn(await invite('late'))
  const reset = tokenIn((await owner.tell(`POST /users/${owner.name}/reset-link`)).body)
  await installation.advance(hourMs + 1)
  expect([(await look(reset)).status, (await look(invitation)).status]).toEqual([401, 200])
  await installation.advance(7 * 24 * hourMs)
  expect((await look(invitation)).status).toBe(401)
})

test('preferences are each user’s own, and only what the console knows', async () => {
  const usual = { language: 'auto', theme: 'system', shortcuts: true, columns: {} }
  const viewer = await makeOperator(installation, 'viewer')
  expect((await viewer.tell('GET /session/preferences')).body).toEqual(usual)
  const columns = { licenses: ['license_key', 'state'] }
  const changed = await viewer.tell('PUT /session/preferences', { language: 'de', shortcuts: false, columns })
  expect(changed.body).toEqual({ language: 'de', theme: 'system', shortcuts: false, columns })
  await viewer.tell('PUT /session/preferences', { language: 'auto', theme: 'dark' })
  expect((await viewer.tell('GET /session/preferences')).body).toEqual({
    ...usual,
    theme: 'dark',
    shortcuts: false,
    columns,
  })
  expect((await owner.tell('GET /session/preferences')).body).toEqual(usual)
  const wrong = [{ language: 'fr' }, { columns: 'x' }, { columns: { licenses: 'a' } }, { columns: { 'a b': [] } }]
  const long = { columns: { licenses: Array.from({ length: 39 }, () => 'x'.repeat(130)) } }
  for (const fields of [...wrong, long]) {
    expect([fields, (await viewer.tell('PUT /session/preferences', fields)).status]).toEqual([fields, 422])
  }
})
