import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import { makeAuthenticator } from '../support/authenticator'
import { type Browser, openBrowser } from '../support/cookie-jar'
import { startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, forgetProofs, makeOperator, type Operator } from '../support/operator'
import { openRaw } from '../support/raw'

setDefaultTimeout(60_000)

let installation: TestInstallation
let owner: Operator
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  owner = await makeOperator(installation, 'owner')
})
afterAll(() => installation.close())

let addresses = 0
const browser = () => openBrowser(installation, `198.51.100.${++addresses}`)

/** A browser in which somebody has logged in with the password. */
async function enter(who: { name: string; password: string }): Promise<Browser> {
  const page = browser()
  expect((await page.tell('POST /session', { name: who.name, password: who.password })).status).toBe(200)
  return page
}

/** A code for the half minute that is so many away: the server takes the one before and the one after as well. */
const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: installation.now().getTime() + steps * 30_000 })

/** Somebody with an authenticator app, which has shown the code of a moment ago. */
async function withApp(role: 'viewer' | 'operator' | 'owner' = 'viewer') {
  const who = await makeOperator(installation, role)
  const page = await enter(who)
  const { secret } = (await page.tell(`POST /users/${who.name}/totp`)).body
  const confirmed = await page.tell(`POST /users/${who.name}/totp/confirm`, { code: codeOf(secret, -1) })
  return { ...who, page, secret: secret as string, recoveryCodes: confirmed.body.recovery_codes as string[] }
}

/** The password of somebody who owes a second factor. */
async function passwordOf(who: { name: string; password: string }) {
  const page = browser()
  const told = await page.tell('POST /session', { name: who.name, password: who.password })
  return { page, told }
}

/** Changes the database beside the server. */
function database(sql: string, values: string[] = []) {
  const raw = openRaw(installation.folder)
  raw.run(sql, values)
  raw.close()
}

/** What the list of users says of somebody. */
async function factorsOf({ name }: { name: string }) {
  const { users } = (await installation.cli('user', 'list', '--json')).json
  return users.find((user: { name: string }) => user.name === name).second_factors
}

const isIn = async (page: Browser) => (await page.tell('GET /session')).status === 200
const verbsOf = (who: { name: string }) =>
  auditRows(installation)
    .filter(({ actor }) => actor === `user ${who.name}`)
    .map(({ verb }) => verb)

describe('an authenticator app', () => {
  test('is in use once a code has confirmed it, and comes with recovery codes', async () => {
    const who = await makeOperator(installation, 'viewer')
    const page = await enter(who)
    const begun = await page.tell(`POST /users/${who.name}/totp`)
    expect(begun.body).toEqual({
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      uri: expect.stringMatching(/^otpauth:\/\/totp\/Latchkey:/),
    })
    expect(await page.tell(`POST /users/${who.name}/totp/confirm`, { code: '000000' })).toMatchObject({ status: 422 })
    expect((await passwordOf(who)).told.body).toMatchObject({ user: who.name })
    const confirmed = await page.tell(`POST /users/${who.name}/totp/confirm`, { code: codeOf(begun.body.secret) })
    expect(new Set(confirmed.body.recovery_codes).size).toBe(10)
    expect((await page.tell(`GET /users/${who.name}/second-factor`)).body).toMatchObject({
      totp_since: expect.any(String),
      recovery_codes_left: 10,
      passkeys: [],
    })
    expect(await page.tell(`POST /users/${who.name}/totp`)).toMatchObject({ status: 409 })
    expect(verbsOf(who)).toEqual(expect.arrayContaining(['user.totp-begun', 'user.totp-confirmed']))
  })

  test('stands in the list of users, once it is confirmed', async () => {
    const [has, begins] = [await withApp(), await makeOperator(installation, 'viewer')]
    await (await enter(begins)).tell(`POST /users/${begins.name}/totp`)
    expect([await factorsOf(has), await factorsOf(begins)]).toEqual([['totp'], []])
  })

  test('makes the password alone give nothing', async () => {
    const who = await withApp()
    const { page, told } = await passwordOf(who)
    expect(told).toMatchObject({ status: 200, body: { second_factor: ['totp', 'recovery_code'] } })
    expect([...page.cookies.keys()]).toEqual(['latchkey_pending'])
    expect(await isIn(page)).toBe(false)
    const entered = await page.tell('POST /session/second-factor', { code: codeOf(who.secret) })
    expect(entered.body).toMatchObject({ user: who.name, has_second_factor: true, proof_methods: expect.anything() })
    expect([...page.cookies.keys()].sort()).toEqual(['latchkey_device', 'latchkey_session'])
    expect(await isIn(page)).toBe(true)
  })

  test('shows each code once: in another browser it is refused, as is one before it', async () => {
    const who = await withApp()
    const [first, second] = [await passwordOf(who), await passwordOf(who)]
    const code = codeOf(who.secret)
    expect((await first.page.tell('POST /session/second-factor', { code })).status).toBe(200)
    expect(await second.page.tell('POST /session/second-factor', { code })).toMatchObject({ status: 401 })
    const older = await second.page.tell('POST /session/second-factor', { code: codeOf(who.secret, -1) })
    expect(older.status).toBe(401)
    expect((await second.page.tell('POST /session/second-factor', { code: codeOf(who.secret, 1) })).status).toBe(200)
  })

  test('is limited to a few codes a minute, in all browsers together, and every wrong one is in the audit log', async () => {
    const who = await withApp()
    const { page } = await passwordOf(who)
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) {
      statuses.push((await page.tell('POST /session/second-factor', { code: '000000' })).status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    const elsewhere = (await passwordOf(who)).page
    expect((await elsewhere.tell('POST /session/second-factor', { code: codeOf(who.secret) })).status).toBe(429)
    expect(verbsOf(who).filter((verb) => verb === 'user.second-factor-failed')).toHaveLength(5)
  })

  test('takes no code after a hundred wrong ones, and still a recovery code', async () => {
    const who = await withApp()
    const database = openRaw(installation.folder)
    database.run('update user_totp set failures = 100 where user_id = (select id from users where name = ?)', [
      who.name,
    ])
    database.close()
    const { page } = await passwordOf(who)
    const told = await page.tell('POST /session/second-factor', { code: codeOf(who.secret) })
    expect(told).toMatchObject({
      status: 403,
      body: { error: { remedies: [{ operation: 'user reset-second-factor' }] } },
    })
    const recovery_code = who.recoveryCodes[0]
    expect((await page.tell('POST /session/second-factor', { recovery_code })).status).toBe(200)
  })

  test('has to follow soon, and in the browser that gave the password', async () => {
    const who = await withApp()
    const { page } = await passwordOf(who)
    const other = browser()
    expect(await other.tell('POST /session/second-factor', { code: codeOf(who.secret) })).toMatchObject({ status: 401 })
    await installation.cli('user', 'passwd', who.name)
    expect(await page.tell('POST /session/second-factor', { code: codeOf(who.secret) })).toMatchObject({ status: 401 })
  })

  test('is sealed on disk', async () => {
    const { secret } = await withApp()
    const raw = openRaw(installation.folder, { readonly: true })
    const rows = JSON.stringify(raw.query('select sealed_secret from user_totp').all())
    raw.close()
    expect(rows).not.toContain(secret)
    expect(rows).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20))
    expect(JSON.stringify(auditRows(installation))).not.toContain(secret)
  })
})

describe('a recovery code', () => {
  test('replaces the app once, however it is typed', async () => {
    const who = await withApp()
    const code = who.recoveryCodes[3]!
    const { page } = await passwordOf(who)
    const typed = ` ${code.toUpperCase().replaceAll('-', ' ')}`
    expect((await page.tell('POST /session/second-factor', { recovery_code: typed })).status).toBe(200)
    const again = (await passwordOf(who)).page
    expect(await again.tell('POST /session/second-factor', { recovery_code: code })).toMatchObject({ status: 401 })
    expect((await page.tell(`GET /users/${who.name}/second-factor`)).body.recovery_codes_left).toBe(9)
    expect(verbsOf(who)).toContain('user.recovery-code-used')
  })

  test('ends when others are made, and with the last second factor', async () => {
    const who = await withApp()
    const { recovery_codes: fresh } = (await who.page.tell(`POST /users/${who.name}/recovery-codes`)).body
    const { page } = await passwordOf(who)
    const tryOut = (recovery_code: string) => page.tell('POST /session/second-factor', { recovery_code })
    expect((await tryOut(who.recoveryCodes[0]!)).status).toBe(401)
    expect((await tryOut(fresh[0])).status).toBe(200)
    expect((await who.page.tell(`DELETE /users/${who.name}/totp`)).status).toBe(200)
    expect((await page.tell(`GET /users/${who.name}/second-factor`)).body.recovery_codes_left).toBe(0)
    expect(await page.tell(`POST /users/${who.name}/recovery-codes`)).toMatchObject({ status: 409 })
    expect(await isIn(await enter(who))).toBe(true)
  })
})

describe('a passkey', () => {
  const make = async (page: Browser, who: { name: string }, name = 'laptop') => {
    const authenticator = makeAuthenticator(page.origin)
    const { options } = (await page.tell(`POST /users/${who.name}/passkeys/options`)).body
    const response = authenticator.create(options)
    return { authenticator, response, added: await page.tell(`POST /users/${who.name}/passkeys`, { name, response }) }
  }
  const show = async (page: Browser, { get }: ReturnType<typeof makeAuthenticator>) => {
    const { options } = (await page.tell('POST /session/passkey/options')).body
    const response = get(options)
    const challenge = page.cookies.get('latchkey_challenge')!
    const again = () => {
      page.cookies.set('latchkey_challenge', challenge)
      return page.tell('POST /session/passkey', { response })
    }
    return { options, again, told: await page.tell('POST /session/passkey', { response }) }
  }

  test('logs in without a name and a password, once for each challenge', async () => {
    const who = await makeOperator(installation, 'operator')
    const home = await enter(who)
    const { authenticator, added } = await make(home, who)
    expect(added).toMatchObject({ status: 200, body: { name: 'laptop', host: 'localhost' } })
    expect(added.body.recovery_codes).toHaveLength(10)
    const page = browser()
    const { again, told } = await show(page, authenticator)
    expect(told.body).toMatchObject({ user: who.name, role: 'operator', method: 'passkey' })
    expect(await isIn(page)).toBe(true)
    database('update user_passkeys set sign_count = 0')
    expect(await again()).toMatchObject({ status: 401 })
    expect((await home.tell(`GET /users/${who.name}/second-factor`)).body.passkeys).toMatchObject([
      { name: 'laptop', last_used_at: expect.any(String) },
    ])
  })

  test('follows a password, of its own user alone', async () => {
    const who = await makeOperator(installation, 'viewer')
    const other = await makeOperator(installation, 'viewer')
    const { authenticator } = await make(await enter(who), who)
    const { authenticator: foreign } = await make(await enter(other), other)
    const { page, told } = await passwordOf(who)
    expect(told.body.second_factor).toEqual(['passkey', 'recovery_code'])
    expect((await show(page, foreign)).told.status).toBe(401)
    const right = await show(page, authenticator)
    expect(right.options.allowCredentials).toHaveLength(1)
    expect(right.told).toMatchObject({ status: 200, body: { user: who.name } })
  })

  test('is refused with the challenge of another browser, of another page, or with a counter that goes back', async () => {
    const who = await makeOperator(installation, 'viewer')
    const { authenticator } = await make(await enter(who), who)
    const [here, there] = [browser(), browser()]
    const asked = (await here.tell('POST /session/passkey/options')).body.options
    await there.tell('POST /session/passkey/options')
    expect(await there.tell('POST /session/passkey', { response: authenticator.get(asked) })).toMatchObject({
      status: 401,
    })
    const phished = makeAuthenticator('https://evil.example').get(asked)
    expect(await here.tell('POST /session/passkey', { response: phished })).toMatchObject({ status: 401 })
    database('update user_passkeys set sign_count = 1000')
    expect((await show(browser(), authenticator)).told.status).toBe(401)
  })

  test('needs a page that browsers allow it on, and a user who is active', async () => {
    const who = await makeOperator(installation, 'viewer')
    const home = await enter(who)
    const { authenticator } = await make(home, who)
    expect(await who.tell(`POST /users/${who.name}/passkeys/options`)).toMatchObject({
      status: 403,
      body: { error: { code: 'proof_required', proof: { methods: ['password'] } } },
    })
    expect(
      await who.tell(`POST /users/${who.name}/passkeys/options`, { current_password: who.password }),
    ).toMatchObject({ status: 422, body: { error: { message: expect.stringContaining('HTTPS') } } })
    await installation.cli('user', 'disable', who.name)
    expect((await show(browser(), authenticator)).told.status).toBe(401)
  })

  test('is renamed and removed by its user, and by nobody else', async () => {
    const who = await makeOperator(installation, 'viewer')
    const page = await enter(who)
    const { added } = await make(page, who)
    const { id } = added.body
    expect(await factorsOf(who)).toEqual(['passkey'])
    const foreign = await owner.tell(`PATCH /users/${who.name}/passkeys/${id}`, { name: 'mine' })
    expect(foreign.status).toBe(403)
    expect((await page.tell(`PATCH /users/${who.name}/passkeys/${id}`, { name: 'the blue key' })).body.name).toBe(
      'the blue key',
    )
    expect((await page.tell(`DELETE /users/${who.name}/passkeys/${id}`)).status).toBe(200)
    expect((await page.tell(`GET /users/${who.name}/second-factor`)).body).toMatchObject({
      passkeys: [],
      recovery_codes_left: 0,
    })
  })
})

describe('a lost second factor', () => {
  test('is reset by an owner or at a shell, which ends the sessions and leaves the password', async () => {
    for (const reset of [
      (name: string) => owner.tell(`DELETE /users/${name}/second-factor`).then(({ status }) => status === 200),
      (name: string) =>
        installation.cli('user', 'reset-second-factor', name, '--yes').then(({ exitCode }) => exitCode === 0),
    ]) {
      const who = await withApp()
      expect(await reset(who.name)).toBe(true)
      expect(await isIn(who.page)).toBe(false)
      expect(await isIn(await enter(who))).toBe(true)
    }
  })
})

describe('a session', () => {
  test('counts as proven for ten minutes, and then asks in data how its user can prove themselves', async () => {
    const who = await withApp('owner')
    const { page } = await passwordOf(who)
    await page.tell('POST /session/second-factor', { code: codeOf(who.secret) })
    const door = '/users' as const
    const draft = () => ({ name: `made-${++addresses}`, role: 'viewer' })
    expect((await page.tell(`POST ${door}`, draft())).status).toBe(200)
    forgetProofs(installation)
    expect((await page.tell('GET /session')).body.proven_until).toBeNull()
    expect(await page.tell(`POST ${door}`, draft())).toMatchObject({
      status: 403,
      body: { error: { code: 'proof_required', proof: { methods: ['password', 'totp', 'recovery_code'] } } },
    })
    expect((await page.tell(`POST ${door}`, { ...draft(), current_password: who.password })).status).toBe(200)
    expect(await page.tell('POST /session/proof', { password: 'not this one at all' })).toMatchObject({ status: 403 })
    expect(await page.tell('POST /session/proof', { code: '000000' })).toMatchObject({ status: 403 })
    expect(await page.tell('POST /session/proof', {})).toMatchObject({ status: 422 })
    const proven = await page.tell('POST /session/proof', { code: codeOf(who.secret, 1) })
    expect(proven).toMatchObject({ status: 200, body: { proven_until: expect.any(String) } })
    expect((await page.tell(`POST ${door}`, draft())).status).toBe(200)
    expect(verbsOf(who)).toContain('user-session.proved')
  })

  test('is proven by the password, a recovery code or a passkey as well', async () => {
    const who = await withApp('owner')
    const authenticator = makeAuthenticator(who.page.origin)
    const { options } = (await who.page.tell(`POST /users/${who.name}/passkeys/options`)).body
    await who.page.tell(`POST /users/${who.name}/passkeys`, { name: 'key', response: authenticator.create(options) })
    const proofs: (() => Promise<Record<string, unknown>>)[] = [
      async () => ({ password: who.password }),
      async () => ({ recovery_code: who.recoveryCodes[0] }),
      async () => {
        const asked = (await who.page.tell('POST /session/passkey/options')).body.options
        return { passkey: authenticator.get(asked) }
      },
    ]
    for (const proof of proofs) {
      forgetProofs(installation)
      expect((await who.page.tell('POST /session/proof', await proof())).status).toBe(200)
      expect((await who.page.tell('GET /session')).body.proven_until).toBeString()
    }
  })

  test('lists where it is used, and which one asks; all others can be ended', async () => {
    const who = await makeOperator(installation, 'viewer')
    const [here, there] = [await enter(who), await enter(who)]
    const { sessions } = (await here.tell(`GET /users/${who.name}/sessions`)).body
    expect(sessions).toMatchObject([
      { is_current: true, method: 'password', address: expect.stringMatching(/^198\.51\.100\./) },
      { is_current: false },
    ])
    const ended = await here.tell(`DELETE /users/${who.name}/sessions`, { keep_current: true })
    expect(ended.body.sessions).toHaveLength(1)
    expect([await isIn(here), await isIn(there)]).toEqual([true, false])
  })
})

describe('the setting require_2fa', () => {
  test('lets whoever must and has none only set one up; tokens go on', async () => {
    const admin = await makeOperator(installation, 'owner')
    const worker = await makeOperator(installation, 'operator')
    const [page, working] = [await enter(admin), await enter(worker)]
    await installation.cli('setting', 'set', 'require_2fa', 'owners')
    try {
      expect(await page.tell('GET /products')).toMatchObject({
        status: 403,
        body: { error: { code: 'second_factor_required', remedies: [{ operation: 'user totp begin' }] } },
      })
      expect((await page.tell('GET /session')).body).toMatchObject({ needs_second_factor: true })
      expect((await page.tell(`POST /users/${admin.name}/tokens`, { name: 'x' })).status).toBe(403)
      expect((await admin.tell('GET /products')).status).toBe(200)
      expect((await working.tell('GET /products')).status).toBe(200)
      const { secret } = (await page.tell(`POST /users/${admin.name}/totp`)).body
      await page.tell(`POST /users/${admin.name}/totp/confirm`, { code: codeOf(secret) })
      expect((await page.tell('GET /products')).status).toBe(200)
      await installation.cli('setting', 'set', 'require_2fa', 'all')
      expect((await working.tell('GET /products')).status).toBe(403)
    } finally {
      await installation.cli('setting', 'unset', 'require_2fa')
    }
    expect((await working.tell('GET /products')).status).toBe(200)
  })
})
