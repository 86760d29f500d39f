import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { adminRoutes } from '../../src/http/admin/routes'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type AdminDoor, logIn, makeOperator, type Operator, type Showing } from '../support/operator'
import { roleTable } from '../support/role-table'
import { makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

const roles = ['viewer', 'support', 'operator', 'owner'] as const
type Role = (typeof roles)[number]
const isEnough = (role: Role, least: Role | 'nobody') =>
  least !== 'nobody' && roles.indexOf(role) >= roles.indexOf(least)

let installation: TestInstallation
const people = {} as Record<Role, Operator & { session: string }>
const others = {} as Record<Role, Operator>
beforeAll(async () => {
  installation = await startInstallation()
  for (const role of roles) {
    const person = await makeOperator(installation, role)
    people[role] = { ...person, session: (await logIn(installation, person)).session }
    others[role] = await makeOperator(installation, role)
  }
})
afterAll(() => installation.close())

/** Fields where a bare request would change something, or take long. */
const harmless: Record<string, Record<string, unknown>> = {
  'POST /signing-keys': { product: 'none' },
  'POST /signing-keys/rotate': { product: 'none', overlap: '1d' },
  'POST /retention': { dry_run: true },
  'DELETE /users/:user/sessions': { id: 999_999 },
  'POST /session/proof': { no_such_field: 1 },
  'POST /users/:user/totp/confirm': { code: '000000' },
  'POST /users/:user/passkeys': { name: 'x', response: '{}' },
  'PATCH /users/:user/passkeys/:id': { name: 'x' },
  ...Object.fromEntries(
    [
      'GET /licenses/:license_key',
      'GET /search',
      'GET /search/licenses',
      'GET /stats',
      'GET /status',
      'GET /doctor',
    ].map((route) => [route, { no_such_field: 1 }]),
  ),
  'POST /optimize': { no_such_field: 1 },
}

const takesFile = ['POST /releases', 'POST /imports', 'POST /imports/columns']

/** The status of a request for things that are not there. Only its role decides between 403 and another status. */
async function statusOf(route: string, showing: Showing, { user = 'none', password = 'x' } = {}) {
  const door = route
    .replace(':user', user)
    .replace(':table', 'products')
    .replace(/:id/, '999999')
    .replace(/:\w+/g, 'none')
  const [method, path] = door.split(' ') as [string, string]
  const isRead = method === 'GET'
  const fields = {
    ...harmless[route],
    ...(route === 'POST /users/:user/tokens' && { current_password: password, name: 'x' }),
  }
  const query = isRead ? `?${new URLSearchParams(fields as Record<string, string>)}` : ''
  const answer = await fetch(`${installation.url}/admin/api${path}${query}`, {
    method,
    headers: {
      ...(showing.token && { authorization: `Bearer ${showing.token}` }),
      ...(showing.session && { cookie: `latchkey_session=${showing.session}`, 'sec-fetch-site': 'same-origin' }),
      ...(!isRead && { 'content-type': takesFile.includes(route) ? 'application/octet-stream' : 'application/json' }),
    },
    ...(!isRead && { body: JSON.stringify(fields) }),
  })
  const text = await answer.text()
  const isAboutPassword = answer.status === 403 && /password/.test(text)
  return isAboutPassword ? 'password' : answer.status
}

test('every route has its line in the table, and the table has no other', () => {
  expect(Object.keys(roleTable).sort()).toEqual(adminRoutes.map(({ route }) => route as string).sort())
})

test('nobody gets in without a session or token', async () => {
  for (const [route, least] of Object.entries(roleTable)) {
    if (least !== 'anybody') expect([route, await statusOf(route, {})]).toEqual([route, 401])
  }
})

describe.each(roles)('a %s', (role) => {
  test.each(['token', 'session'] as const)('may by %s do what the table says and no more', async (kind) => {
    for (const [route, least] of Object.entries(roleTable)) {
      if (least === 'anybody' || (typeof least !== 'string' && 'own' in least)) continue
      const person = people[role]
      const isEnd = route === 'DELETE /session' && kind === 'session'
      const session = isEnd ? (await logIn(installation, person)).session : person.session
      const status = await statusOf(route, kind === 'token' ? { token: person.token } : { session })
      const isAllowed = status !== 401 && status !== 403
      const isExpected = typeof least === 'string' ? isEnough(role, least) : role !== least.not
      expect([route, status, isAllowed]).toEqual([route, status, isExpected])
    }
  })

  test('may do to tokens and sessions of others what the table says, and to their own', async () => {
    for (const [route, least] of Object.entries(roleTable)) {
      if (typeof least === 'string' || !('own' in least)) continue
      for (const whose of [people[role], ...Object.values(others)]) {
        const expected = isEnough(role, whose === people[role] ? least.own : least.others)
        for (const showing of [{ token: people[role].token }, { session: people[role].session }]) {
          const status = await statusOf(route, showing, { user: whose.name, password: people[role].password })
          const isAllowed = status !== 401 && status !== 403
          expect([route, whose.name, status, isAllowed]).toEqual([route, whose.name, status, expected])
        }
      }
    }
  })
})

test('nobody below an owner changes a user: a role, a password, their own included', async () => {
  for (const who of [people.viewer, people.support, people.operator]) {
    for (const whose of [who, ...Object.values(others)]) {
      const tries: [AdminDoor, Record<string, unknown>][] = [
        [`PATCH /users/${whose.name}`, { role: 'owner', current_password: who.password }],
        [`PUT /users/${whose.name}/password`, { password: 'wood lamp seven rivers', current_password: who.password }],
        [`POST /users/${whose.name}/disable`, {}],
        [`POST /users/${whose.name}/enable`, { current_password: who.password }],
        [`DELETE /users/${whose.name}`, {}],
      ]
      for (const [door, fields] of tries) {
        expect([door, (await who.tell(door, fields)).status]).toEqual([door, 403])
        expect([
          door,
          (await who.tell(door, fields, { token: '', session: people[roleOf(who)].session })).status,
        ]).toEqual([door, 403])
      }
    }
  }
})

const roleOf = (who: Operator) => roles.find((role) => people[role].name === who.name)!

test('a token or session of a user whom an owner has disabled opens nothing, and a revoked licence comes back by no verb', async () => {
  const gone = await makeOperator(installation, 'operator')
  const { session } = await logIn(installation, gone)
  expect((await people.owner.tell(`POST /users/${gone.name}/disable`)).status).toBe(200)
  for (const [route, least] of Object.entries(roleTable)) {
    if (least === 'anybody') continue
    expect([route, await statusOf(route, { token: gone.token })]).toEqual([route, 401])
    expect([route, await statusOf(route, { session })]).toEqual([route, 401])
  }

  const product = await makeProduct(installation)
  const made = await people.operator.tell('POST /licenses', {
    product,
    license_keys: ['REVOKED-1'],
    status: 'assigned',
  })
  expect(made.status).toBe(200)
  expect((await people.owner.tell('POST /licenses/REVOKED-1/revoke')).status).toBe(200)
  const tries: [AdminDoor, Record<string, unknown>][] = [
    ['POST /licenses/REVOKED-1/unblock', {}],
    ['PATCH /licenses/REVOKED-1', { status: 'assigned' }],
    ['PATCH /licenses/REVOKED-1', { status: 'available' }],
    ['POST /licenses/REVOKED-1/assign', { owner_name: 'x' }],
    ['POST /licenses', { product, license_keys: ['REVOKED-1'], status: 'assigned' }],
  ]
  for (const [door, fields] of tries) {
    await people.operator.tell(door, fields)
    expect([door, (await people.viewer.tell('GET /licenses/REVOKED-1')).body]).toMatchObject([
      door,
      { status: 'blocked' },
    ])
  }
})
