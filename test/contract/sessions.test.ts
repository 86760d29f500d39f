import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { binary, startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, logIn, makeOperator, type Operator, tell } from '../support/operator'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
})
afterAll(() => installation.close())

const hourMs = 3_600_000
const newPassword = 'wood lamp seven rivers'
let addresses = 0
/** Somewhere nobody has been before. */
const elsewhere = () => ({ 'x-forwarded-for': `198.51.100.${++addresses}` })
const enter = (who: { name: string; password: string }) => logIn(installation, who, elsewhere())
const isIn = async (session: string) => (await tell(installation, 'GET /session', {}, { session })).status === 200
const unauthenticated = { status: 401, body: { error: { code: 'unauthenticated' } } }

describe('logging in', () => {
  test('gives a browser a cookie that no script and no other site gets hold of', async () => {
    const ada = await makeOperator(installation, 'owner')
    const { status, body, headers, session } = await enter(ada)
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...{ user: ada.name, role: 'owner', kind: 'session', expires_at: expect.any(String), method: 'password' },
        ...{ has_second_factor: false, needs_second_factor: false, proven_until: expect.any(String) },
        proof_methods: ['password'],
      },
    })
    expect(headers.getSetCookie()).toEqual([
      `latchkey_session=${session}; Path=/admin; HttpOnly; SameSite=Strict; Max-Age=604800`,
      expect.stringMatching(
        /^latchkey_device=lkd_[\w-]+\.[0-9a-f]{64}; Path=\/admin; HttpOnly; SameSite=Strict; Max-Age=34560000$/,
      ),
    ])
    expect(await isIn(session)).toBe(true)
    expect((await ada.tell('GET /users', { sort: '-last_login_at', limit: 1 })).body.users).toMatchObject([
      { name: ada.name, last_login_at: expect.any(String) },
    ])
    expect(auditRows(installation).at(-1)).toMatchObject({ actor: `user ${ada.name}`, verb: 'user.logged-in' })
  })

  test('gives the cookie for the path under which a proxy shows the server, to no other program of its host', async () => {
    const under = await startInstallation({ base_url: 'https://example.com/license', trusted_proxies: '127.0.0.1' })
    const who = await makeOperator(under, 'viewer')
    const pathsAt = async (headers: Record<string, string>) => {
      const { headers: told } = await logIn(under, who, { ...elsewhere(), ...headers })
      return told.getSetCookie().map((cookie) => /Path=([^;]*)/.exec(cookie)![1])
    }
    expect(await pathsAt({ host: 'example.com' })).toEqual(['/license/admin', '/license/admin'])
    expect(await pathsAt({ host: 'EXAMPLE.com' })).toEqual(['/license/admin', '/license/admin'])
    expect(await pathsAt({})).toEqual(['/admin', '/admin'])
    expect(await pathsAt({ host: 'other.example' })).toEqual(['/admin', '/admin'])
    await under.close()
  })

  test('asks for a safe connection where the client came by one', async () => {
    const headers = { ...elsewhere(), 'x-forwarded-proto': 'https' }
    const { headers: told } = await logIn(installation, await makeOperator(installation, 'viewer'), headers)
    expect(told.get('set-cookie')).toEndWith('; Secure')
  })

  test('does not tell a wrong password from an unknown name or a disabled user', async () => {
    const gone = await makeOperator(installation, 'viewer')
    await installation.cli('user', 'disable', gone.name)
    const answers = [
      await enter({ ...(await makeOperator(installation, 'viewer')), password: 'not this one at all' }),
      await enter({ name: 'nobody', password: 'not this one at all' }),
      await enter(gone),
    ]
    for (const { status, body, headers } of answers) {
      expect({ status, body }).toEqual({ status: 401, body: answers[0]!.body })
      expect(headers.has('set-cookie')).toBe(false)
    }
  })

  test('is limited for one name, wherever it is tried from; the right password has to wait too', async () => {
    const target = await makeOperator(installation, 'viewer')
    let told = await enter({ ...target, password: 'guess number one' })
    for (let i = 0; i < 40 && told.status !== 429; i++) told = await enter({ ...target, password: `guess number ${i}` })
    expect(told).toMatchObject({ status: 429, body: { error: { code: 'too_many_requests' } } })
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await enter(target)).status).toBe(429)
    expect((await enter(await makeOperator(installation, 'viewer'))).status).toBe(200)
    expect(await target.tell('GET /session')).toMatchObject({ status: 200 })
  })

  test('goes on for a browser that its user has logged in with, however often others guess', async () => {
    const target = await makeOperator(installation, 'viewer')
    const device = /latchkey_device=[\w.-]+/.exec((await enter(target)).headers.getSetCookie().join())![0]
    const stranger = await makeOperator(installation, 'viewer')
    const foreign = /latchkey_device=[\w.-]+/.exec((await enter(stranger)).headers.getSetCookie().join())![0]
    let told = await enter({ ...target, password: 'guess number one' })
    for (let i = 0; i < 40 && told.status !== 429; i++) told = await enter({ ...target, password: `guess number ${i}` })
    const from = (cookie: string, password = target.password) =>
      logIn(installation, { ...target, password }, { ...elsewhere(), cookie })
    expect((await from(foreign)).status).toBe(429)
    expect((await from(`${device.slice(0, -4)}0000`)).status).toBe(429)
    expect((await from(device)).status).toBe(200)
    let own = await from(device, 'guess with the known device')
    for (let i = 0; i < 20 && own.status !== 429; i++) own = await from(device, `guess number ${i}`)
    expect(own.status).toBe(429)
  })

  test('is limited for one name from one address sooner than from all', async () => {
    const target = await makeOperator(installation, 'viewer')
    const here = elsewhere()
    let count = 0
    for (let told = 401; told !== 429 && count < 40; count++) {
      told = (await logIn(installation, { ...target, password: `guess ${count}` }, here)).status
    }
    expect(count).toBeLessThan(15)
    expect((await enter(target)).status).toBe(200)
  })

  test('is limited for one address, whatever names are tried', async () => {
    const here = elsewhere()
    let told = await logIn(installation, { name: 'nobody-0', password: 'guess' }, here)
    for (let i = 1; i < 50 && told.status !== 429; i++) {
      told = await logIn(installation, { name: `nobody-${i}`, password: 'guess' }, here)
    }
    expect(told.status).toBe(429)
  })
})

describe('a session', () => {
  test('ends when its user logs out, for the server as for the browser', async () => {
    const ada = await makeOperator(installation, 'viewer')
    const { session } = await enter(ada)
    const { session: other } = await enter(ada)
    const told = await tell(installation, 'DELETE /session', {}, { session })
    expect(told).toMatchObject({ status: 200, body: {} })
    expect(told.headers.get('set-cookie')).toContain('latchkey_session=; ')
    expect(told.headers.get('set-cookie')).toContain('Max-Age=0')
    expect([await isIn(session), await isIn(other)]).toEqual([false, true])
  })

  test.skipIf(Boolean(binary))('ends after 12 hours without use, and after seven days in any case', async () => {
    const { session: idle } = await enter(await makeOperator(installation, 'viewer'))
    const { session: busy } = await enter(await makeOperator(installation, 'viewer'))
    await installation.advance(11 * hourMs)
    expect(await isIn(busy)).toBe(true)
    await installation.advance(2 * hourMs)
    expect([await isIn(idle), await isIn(busy)]).toEqual([false, true])
    for (let hours = 13; hours + 11 < 7 * 24; hours += 11) {
      await installation.advance(11 * hourMs)
      expect(await isIn(busy)).toBe(true)
    }
    await installation.advance(11 * hourMs)
    expect(await isIn(busy)).toBe(false)
  })

  test('is seen and ended by its user, and by an owner, but by nobody else', async () => {
    const [ada, other, owner] = [
      await makeOperator(installation, 'operator'),
      await makeOperator(installation, 'operator'),
      await makeOperator(installation, 'owner'),
    ]
    const sessions = [(await enter(ada)).session, (await enter(ada)).session]
    const listed = await ada.tell(`GET /users/${ada.name}/sessions`)
    expect(listed.body.sessions).toHaveLength(2)
    expect(JSON.stringify(listed.body)).not.toContain(sessions[0]!)
    expect(await other.tell(`GET /users/${ada.name}/sessions`)).toMatchObject({ status: 403 })
    expect(await other.tell(`DELETE /users/${ada.name}/sessions`)).toMatchObject({ status: 403 })
    await ada.tell(`DELETE /users/${ada.name}/sessions`, { id: listed.body.sessions[0].id })
    expect([await isIn(sessions[0]!), await isIn(sessions[1]!)]).toEqual([false, true])
    expect(await owner.tell(`DELETE /users/${ada.name}/sessions`)).toMatchObject({ status: 200 })
    expect(await isIn(sessions[1]!)).toBe(false)
    const all = await owner.tell(`GET /users/${ada.name}/sessions`, { ended: true })
    expect(all.body.sessions).toHaveLength(2)
  })

  test.each<[string, (ada: Operator, owner: Operator) => Promise<unknown>]>([
    ['another password', (ada, owner) => owner.tell(`PUT /users/${ada.name}/password`, {})],
    ['being shut out', (ada, owner) => owner.tell(`POST /users/${ada.name}/disable`)],
    ['being removed', (ada, owner) => owner.tell(`DELETE /users/${ada.name}`)],
    ['another password on the command line', (ada) => installation.cli('user', 'passwd', ada.name)],
  ])('does not outlive %s', async (_, work) => {
    const [ada, owner] = [await makeOperator(installation, 'viewer'), await makeOperator(installation, 'owner')]
    const { session } = await enter(ada)
    await work(ada, owner)
    expect(await isIn(session)).toBe(false)
  })

  test('changes its user’s password for whoever knows the old one, and ends with it', async () => {
    const ada = await makeOperator(installation, 'viewer')
    const { session } = await enter(ada)
    const change = (current_password: string, password: string) =>
      tell(installation, 'PUT /session/password', { current_password, password }, { session })
    expect(await change('not this one at all', newPassword)).toMatchObject({ status: 403 })
    expect(await change(ada.password, 'too short')).toMatchObject({ status: 422 })
    expect(await isIn(session)).toBe(true)
    expect(await change(ada.password, newPassword)).toMatchObject({ status: 200 })
    expect(await isIn(session)).toBe(false)
    expect(await enter(ada)).toMatchObject(unauthenticated)
    expect(await enter({ ...ada, password: newPassword })).toMatchObject({ status: 200 })
    expect(JSON.stringify(auditRows(installation))).not.toContain(newPassword)
  })
})

describe('a page of another site', () => {
  const json = { 'content-type': 'application/json' }
  const attacks: [string, Record<string, string>, number][] = [
    ['says where it stands', { ...json, 'sec-fetch-site': 'cross-site' }, 403],
    ['stands on a sister domain', { ...json, 'sec-fetch-site': 'same-site' }, 403],
    ['has another origin', { ...json, origin: 'https://evil.example' }, 403],
    ['has an origin it does not name', { ...json, origin: 'null' }, 403],
    ['has an origin that only begins alike', { ...json, origin: 'http://127.0.0.1.evil.example' }, 403],
    ['has another port', { ...json, origin: 'http://127.0.0.1:1' }, 403],
    ['says neither', json, 403],
    ['contradicts itself', { ...json, 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, 403],
    ['sends what a form can send', { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' }, 415],
    ['says JSON in passing', { 'content-type': 'text/plain; application/json', 'sec-fetch-site': 'same-origin' }, 415],
  ]
  let session: string
  beforeAll(async () => {
    session = (await enter(await makeOperator(installation, 'owner'))).session
  })

  test.each(attacks)('that %s changes nothing with somebody’s cookie', async (_, headers, status) => {
    const before = auditRows(installation).length
    const told = await tell(installation, 'POST /blocklist', { ip: '192.0.2.1' }, { session, headers })
    expect(told.status).toBe(status)
    expect(await tell(installation, 'DELETE /session', {}, { session, headers })).toMatchObject({ status })
    expect(auditRows(installation)).toHaveLength(before)
    expect(await isIn(session)).toBe(true)
  })

  test('logs nobody in', async () => {
    const ada = await makeOperator(installation, 'viewer')
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      const told = await logIn(installation, ada, { ...elsewhere(), ...headers })
      expect(told).toMatchObject({ status: 403, session: '' })
    }
  })

  test('is told nothing by a preflight', async () => {
    const answer = await fetch(`${installation.url}/admin/api/blocklist`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    })
    expect(answer.status).toBe(405)
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test.each([
    ['its origin', () => ({ origin: installation.url })],
    ['where it stands', () => ({ 'sec-fetch-site': 'same-origin' })],
  ])('is not what a page of the server itself is: that says %s, and works', async (_, headers) => {
    const told = await tell(installation, 'POST /blocklist', { ip: '192.0.2.1' }, { session, headers: headers() })
    expect(told.status).toBe(200)
  })
})
