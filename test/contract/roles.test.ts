import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { subjects } from '../../src/operations/subjects'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type AdminDoor, forgetProofs, logIn, makeOperator, type Operator, tell } from '../support/operator'
import { makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

let installation: TestInstallation
let owner: Operator
let operator: Operator
let viewer: Operator
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  owner = await makeOperator(installation, 'owner')
  operator = await makeOperator(installation, 'operator')
  viewer = await makeOperator(installation, 'viewer')
  await makeProduct(installation)
})
afterAll(() => installation.close())

let addresses = 0
const elsewhere = () => ({ 'x-forwarded-for': `198.51.101.${++addresses}` })
const enter = async (who: Operator) => (await logIn(installation, who, elsewhere())).session
const asSession = (session: string) => (door: AdminDoor, fields?: Record<string, unknown>) =>
  tell(installation, door, fields, { session })

const operations = subjects.flatMap((subject) => subject.operations)
const roleOf = (command: string) => operations.find((each) => each.command === command)?.role

describe('what an owner alone may give, nobody else gives back', () => {
  /** What owners decide over, with every verb that there is for it. */
  const ownersOwn = ['api-key', 'key', 'user', 'setting', 'backups take', 'backups set', 'imports', 'retention']
  const takesAway = ['api-key disable']
  const looks = (route: string) => route.startsWith('GET ')
  /** A user's own tokens and sessions, which a rule of their own keeps: theirs, or an owner's. */
  const own = [
    ...['user tokens create', 'user tokens revoke', 'user sessions revoke', 'user totp begin', 'user totp confirm'],
    ...['user totp remove', 'user recovery-codes create', 'user passkeys rename', 'user passkeys delete'],
  ]

  test.each(
    operations
      .filter(({ command, route }) => ownersOwn.some((word) => command.startsWith(word)) && !looks(route))
      .map(({ command, role }) => [command, role] as const),
  )('%s', (command, role) => {
    expect(role).toBe(own.includes(command) ? 'viewer' : takesAway.includes(command) ? 'operator' : 'owner')
  })

  test('an API key that an owner has disabled stays disabled, whatever an operator tries', async () => {
    const made = await owner.tell('POST /api-keys', { name: 'shop', preset: 'all' })
    const { id, api_key: key } = made.body
    await owner.tell(`POST /api-keys/${id}/disable`)
    const tries: [AdminDoor, Record<string, unknown>][] = [
      [`POST /api-keys/${id}/enable`, {}],
      [`POST /api-keys/${id}/rotate`, { overlap: '7d' }],
      [`PATCH /api-keys/${id}`, { name: 'mine', preset: 'all' }],
      ['POST /api-keys', { name: 'mine', preset: 'all' }],
      ['POST /import?file=api_keys.jsonl', {}],
      [`PATCH /users/${operator.name}`, { role: 'owner' }],
      ['POST /users', { name: 'mine', role: 'owner' }],
      [`POST /users/${owner.name}/tokens`, { name: 'mine', current_password: operator.password }],
      [`PUT /users/${owner.name}/password`, {}],
      ['PUT /settings/trusted_proxies', { value: '0.0.0.0/0' }],
      ['GET /export', {}],
      ['GET /export/api_keys', {}],
    ]
    for (const [door, fields] of tries) {
      expect([door, (await operator.tell(door, fields)).status]).toEqual([door, 403])
    }
    expect((await installation.ask('POST /api/v1/verify', { license_key: 'x', identifier: 'y' }, { key })).code).toBe(
      101,
    )
    expect((await operator.tell(`GET /api-keys/${id}`)).body.status).toBe('inactive')
    expect((await owner.tell(`POST /api-keys/${id}/enable`)).status).toBe(200)
  })

  test('a verb that enables something takes no smaller role than the one that makes it', () => {
    const enabling = operations.filter(({ command }) => command.endsWith(' enable'))
    expect(enabling.length).toBeGreaterThan(2)
    for (const { command, role } of enabling) {
      const made = roleOf(command.replace('enable', 'create')) ?? roleOf(command.replace('enable', 'add'))
      expect([command, role]).toEqual([command, made!])
    }
  })
})

describe('what outlives a session', () => {
  const fieldsOf: Record<string, [door: AdminDoor, fields: Record<string, unknown>]> = {
    'user tokens create': ['POST /users/x/tokens', { name: 'x' }],
    'user create': ['POST /users', { name: 'late', role: 'owner' }],
    'user set': ['PATCH /users/x', { role: 'owner' }],
    'user invite': ['POST /users/late/invitation', { role: 'owner' }],
    'user reset-link': ['POST /users/x/reset-link', {}],
    'backups set': ['PATCH /backups', { keep: 3 }],
    'user passwd': ['PUT /users/x/password', {}],
    'user enable': ['POST /users/x/enable', {}],
    'user disable': ['POST /users/x/disable', {}],
    'user delete': ['DELETE /users/gone', {}],
    'user sso': ['DELETE /users/x/password', {}],
    'user reset-second-factor': ['DELETE /users/x/second-factor', {}],
    'user totp begin': ['POST /users/me/totp', {}],
    'user totp remove': ['DELETE /users/me/totp', {}],
    'user recovery-codes create': ['POST /users/me/recovery-codes', {}],
    'user passkeys delete': ['DELETE /users/me/passkeys/1', {}],
    'key generate': ['POST /signing-keys', { product: 'none' }],
    'key rotate': ['POST /signing-keys/rotate', { product: 'none', overlap: '1d' }],
    'key retire': ['POST /signing-keys/none/retire', {}],
    'setting set': ['PUT /settings/oidc_issuer', { value: 'no address' }],
    'setting unset': ['DELETE /settings/oidc_issuer', {}],
    'api-key create': ['POST /api-keys', { name: 'x', preset: 'all' }],
    'api-key edit': ['PATCH /api-keys/1', { preset: 'all' }],
    'api-key enable': ['POST /api-keys/1/enable', {}],
    'api-key rotate': ['POST /api-keys/1/rotate', { overlap: '1d' }],
    'key import': ['POST /signing-keys/import', { private_key: 'x' }],
    'webhook add': ['POST /webhooks', { name: 'x', url: 'http://127.0.0.1:1/', events: 'all' }],
    'webhook edit': ['PATCH /webhooks/1', { url: 'http://127.0.0.1:1/' }],
    'webhook rotate-secret': ['POST /webhooks/1/rotate-secret', {}],
  }
  // Files are sent below.
  const proving = operations.filter(({ proof, takesFile }) => proof && !takesFile).map(({ command }) => command)

  test('is all in this list', () => {
    expect(Object.keys(fieldsOf).sort()).toEqual([...proving].sort())
  })

  test.each(proving)('%s asks for proof, which the password is', async (command) => {
    const someone = await makeOperator(installation, 'owner')
    const ask = asSession(await enter(someone))
    const [door, fields] = fieldsOf[command]!
    const named = door.replace('/users/x', `/users/${viewer.name}`).replace('/users/me', `/users/${someone.name}`)
    const path = named as AdminDoor
    forgetProofs(installation)
    const proof = { methods: ['password'] }
    expect(await ask(path, fields)).toMatchObject({ status: 403, body: { error: { code: 'proof_required', proof } } })
    expect(await ask(path, { ...fields, current_password: 'not this one at all' })).toMatchObject({ status: 403 })
    expect((await ask(path, { ...fields, current_password: someone.password })).status).not.toBe(403)
  })

  test.each<AdminDoor>([
    'GET /export',
    'GET /export/api_keys',
    'GET /export/signing_keys',
    'POST /import?file=x.csv',
    'POST /imports?file=x.csv',
  ])('%s asks for proof of a session', async (door) => {
    const session = await enter(await makeOperator(installation, 'owner'))
    forgetProofs(installation)
    const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/octet-stream' }
    const told = await tell(installation, door, {}, { session, headers })
    expect(told).toMatchObject({ status: 403, body: { error: { code: 'proof_required' } } })
  })

  test('another setting asks for none', async () => {
    const ask = asSession(await enter(await makeOperator(installation, 'owner')))
    forgetProofs(installation)
    expect((await ask('PUT /settings/telemetry_per_minute', { value: '6000' })).status).toBe(200)
  })

  test('a token makes no other token without the password of its user', async () => {
    const someone = await makeOperator(installation, 'operator')
    const door: AdminDoor = `POST /users/${someone.name}/tokens`
    expect(await someone.tell(door, { name: 'second' })).toMatchObject({ status: 403 })
    const made = await someone.tell(door, { name: 'second', current_password: someone.password })
    expect(made).toMatchObject({ status: 200, body: { token: expect.stringMatching(/^lko_/) } })
  })

  test.each<[string, (who: Operator, session: string) => Promise<unknown>]>([
    [
      'a change of password',
      (who, session) =>
        asSession(session)('PUT /session/password', {
          current_password: who.password,
          password: 'wood lamp seven rivers',
          keep_tokens: 'kept',
        }),
    ],
    ['another password from an owner', (who) => owner.tell(`PUT /users/${who.name}/password`, { keep_tokens: 'kept' })],
    [
      'the end of all sessions',
      (who, session) => asSession(session)(`DELETE /users/${who.name}/sessions`, { keep_tokens: 'kept' }),
    ],
    [
      'the end of all sessions at the command line',
      (who) => installation.cli('user', 'sessions', 'revoke', who.name, '--keep-tokens', 'kept'),
    ],
  ])('ends with %s, unless it is kept by name', async (_, end) => {
    const who = await makeOperator(installation, 'operator')
    const session = await enter(who)
    const make = async (name: string) =>
      (await asSession(session)(`POST /users/${who.name}/tokens`, { name, current_password: who.password })).body.token
    const [lost, kept] = [await make('lost'), await make('kept')]
    const isGood = async (token: string) => (await tell(installation, 'GET /session', {}, { token })).status === 200
    expect([await isGood(lost), await isGood(kept)]).toEqual([true, true])
    await end(who, session)
    expect([await isGood(lost), await isGood(kept), await isGood(who.token)]).toEqual([false, true, false])
    expect((await tell(installation, 'GET /session', {}, { session })).status).toBe(401)
  })
})

describe('a viewer', () => {
  let viewer: Operator
  beforeAll(async () => {
    viewer = await makeOperator(installation, 'viewer')
  })

  test('sees the keys of contracts masked, in lists, pages and exports, as the audit log has them', async () => {
    const draft = { product: 1, contract_name: 'Acme', license_keys_quantity: 5, contract_key: 'acme-secret-key' }
    expect((await operator.tell('POST /contracts', draft)).status).toBe(200)
    const seenBy = async (who: Operator) => [
      JSON.stringify((await who.tell('GET /contracts')).body),
      JSON.stringify((await who.tell('GET /contracts/1')).body),
      ...(await Promise.all(
        ['jsonl', 'csv'].map(async (format) =>
          (
            await fetch(`${installation.url}/admin/api/export/contracts?format=${format}`, {
              headers: { authorization: `Bearer ${who.token}` },
            })
          ).text(),
        ),
      )),
    ]
    for (const text of await seenBy(operator)) expect(text).toContain('acme-secret-key')
    for (const text of await seenBy(viewer)) {
      expect(text).toContain('•••')
      expect(text).not.toContain('acme-secret-key')
    }
  })

  test('sees a quarter of an imported API key at most', async () => {
    for (const api_key of ['short-imported-key-1234', 'a-very-long-imported-key-that-was-used-before']) {
      const { body } = await owner.tell('POST /api-keys', { name: 'old', preset: 'client', api_key })
      const { prefix } = (await viewer.tell(`GET /api-keys/${body.id}`)).body
      expect(api_key).toStartWith(prefix)
      expect(prefix.length).toBeLessThanOrEqual(Math.min(8, api_key.length / 4))
    }
  })
})
