import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type Browser, openBrowser } from '../support/cookie-jar'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type Account, clientId, clientSecret, startProvider } from '../support/openid-provider'
import { auditRows, makeOperator } from '../support/operator'

setDefaultTimeout(60_000)

let installation: TestInstallation
let provider: Awaited<ReturnType<typeof startProvider>>
const accounts: Record<string, Account> = {}
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  provider = await startProvider(`${openBrowser(installation).origin}/console/login`, accounts)
  await set({ oidc_issuer: provider.issuer, oidc_client_id: clientId, oidc_name: 'Acme' })
  const file = `${installation.folder}/../client-secret`
  await Bun.write(file, clientSecret)
  await installation.cli('setting', 'set', 'oidc_client_secret', '--value-file', file)
})
afterAll(async () => {
  await installation.close()
  await provider.close()
})

async function set(values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) {
    const { exitCode, err } = await installation.cli('setting', 'set', name, value)
    if (exitCode !== 0) throw new Error(err)
  }
}
const unset = async (...names: string[]) => {
  for (const name of names) await installation.cli('setting', 'unset', name)
}

let addresses = 0
const browser = () => openBrowser(installation, `198.51.100.${++addresses}`)

/** Logs in through the provider as that account. */
async function enter(account: string, page: Browser = browser(), cookies = new Map<string, string>(), fresh = false) {
  const started = await page.tell('POST /session/sso/start', { fresh })
  expect(started.status).toBe(200)
  const query = await provider.approve(started.body.url, account, cookies)
  return { page, query, told: await page.tell('POST /session/sso', { query }) }
}

const messageOf = ({ body }: { body: { error: { message: string } } }) => body.error.message

/** Somebody who can log in through the provider alone. */
async function makeSsoUser(account: string, role: 'viewer' | 'operator' | 'owner' = 'viewer') {
  const who = await makeOperator(installation, role)
  accounts[account] = { preferred_username: who.name }
  expect((await installation.cli('user', 'sso', who.name)).exitCode).toBe(0)
  return who
}

describe('log-in through an OpenID provider', () => {
  test('is offered by the name that the settings give it', async () => {
    expect((await browser().tell('GET /session/methods')).body).toEqual({ sso: { name: 'Acme' } })
  })

  test('asks with code, PKCE, state and nonce, and begins a session of the user', async () => {
    const who = await makeSsoUser('sub-1', 'operator')
    const page = browser()
    const { body } = await page.tell('POST /session/sso/start')
    const asked = new URL(body.url).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.any(String),
      nonce: expect.any(String),
      redirect_uri: `${page.origin}/console/login`,
    })
    const { told } = await enter('sub-1', page)
    expect(told).toMatchObject({ status: 200, body: { user: who.name, role: 'operator', method: 'sso' } })
    expect((await page.tell('GET /products')).status).toBe(200)
    expect((await page.tell(`GET /users/${who.name}/second-factor`)).body).toMatchObject({
      has_password: false,
      identities: [{ issuer: provider.issuer }],
    })
    const verbs = auditRows(installation).map(({ actor, verb }) => `${actor} ${verb}`)
    expect(verbs).toEqual(expect.arrayContaining(['OpenID provider user.linked', `user ${who.name} user.logged-in`]))
  })

  test('is the only one of a user who was moved there: the old password opens nothing', async () => {
    const who = await makeSsoUser('sub-2')
    const told = await browser().tell('POST /session', { name: who.name, password: who.password })
    expect(told).toMatchObject({ status: 401, body: { error: { message: 'the name or the password is wrong' } } })
  })

  test('knows somebody by the subject, whatever the name is later', async () => {
    const who = await makeSsoUser('sub-3')
    const other = await makeOperator(installation, 'owner')
    expect((await enter('sub-3')).told.status).toBe(200)
    accounts['sub-3'] = { preferred_username: other.name }
    expect((await enter('sub-3')).told.body.user).toBe(who.name)
  })

  test('takes over nobody who logs in with a password', async () => {
    const who = await makeOperator(installation, 'owner')
    accounts['sub-4'] = { preferred_username: who.name }
    const { told } = await enter('sub-4')
    expect(told).toMatchObject({ status: 403, body: { error: { remedies: [{ operation: 'user sso' }] } } })
  })

  test('makes users only if the settings say so', async () => {
    accounts['sub-5'] = { preferred_username: 'Newcomer' }
    const { told } = await enter('sub-5')
    expect(told.status).toBe(403)
    expect(messageOf(told)).toContain('oidc_create_users')
    await set({ oidc_create_users: 'on' })
    expect((await enter('sub-5')).told.body).toMatchObject({ user: 'newcomer', role: 'viewer' })
    await unset('oidc_create_users')
  })

  test('gives the role that the claim says at each log-in, and no access without one', async () => {
    await set({ oidc_role_claim: 'groups', oidc_roles: 'bosses=owner, staff=operator' })
    const who = await makeSsoUser('sub-6')
    const name = { preferred_username: who.name }
    accounts['sub-6'] = { ...name, groups: ['staff', 'bosses'] }
    expect((await enter('sub-6')).told.body.role).toBe('owner')
    accounts['sub-6'] = { ...name, groups: ['staff'] }
    const { page, told } = await enter('sub-6')
    expect(told.body.role).toBe('operator')
    accounts['sub-6'] = { ...name, groups: ['guests'] }
    const refused = (await enter('sub-6')).told
    expect(refused).toMatchObject({ status: 403, body: { error: { remedies: [{ operation: 'setting set' }] } } })
    expect((await page.tell('GET /session')).body.role).toBe('operator')
    expect((await installation.cli('setting', 'set', 'oidc_roles', 'x=king')).err).toContain('king')
    await unset('oidc_role_claim', 'oidc_roles')
  })

  test('takes an address that the provider has verified as the name', async () => {
    await set({ oidc_user_claim: 'email', oidc_create_users: 'on' })
    accounts['sub-7'] = { email: 'Ada@example.com', email_verified: false }
    expect(messageOf((await enter('sub-7')).told)).toContain('not verified')
    accounts['sub-7'] = { email: 'Ada@example.com', email_verified: true }
    expect((await enter('sub-7')).told.body.user).toBe('ada@example.com')
    accounts['sub-8'] = {}
    expect(messageOf((await enter('sub-8')).told)).toContain('oidc_user_claim')
    await unset('oidc_user_claim', 'oidc_create_users')
  })

  test('is refused with the state of another browser, twice, too late or to somebody who is disabled', async () => {
    const who = await makeSsoUser('sub-9')
    const { page, query, told } = await enter('sub-9')
    expect(told.status).toBe(200)
    expect((await page.tell('POST /session/sso', { query })).status).toBe(401)
    const [mine, theirs] = [browser(), browser()]
    const started = await theirs.tell('POST /session/sso/start')
    await mine.tell('POST /session/sso/start')
    const stolen = await provider.approve(started.body.url, 'sub-9')
    expect((await mine.tell('POST /session/sso', { query: stolen })).status).toBe(401)
    expect((await browser().tell('POST /session/sso', { query: stolen })).status).toBe(401)
    const state = new URL(started.body.url).searchParams.get('state')!
    const denied = await theirs.tell('POST /session/sso', { query: `error=access_denied&state=${state}` })
    expect(denied.status).toBe(401)
    expect(messageOf(denied)).toContain('access_denied')
    await installation.cli('user', 'disable', who.name)
    expect(await enter('sub-9').then(({ told }) => told.status)).toBe(403)
  })

  test('proves a session where the provider has asked anew', async () => {
    const who = await makeSsoUser('sub-10', 'owner')
    const cookies = new Map<string, string>()
    const { page, told } = await enter('sub-10', browser(), cookies)
    expect(told.body.proof_methods).toEqual(['sso'])
    if (told.body.proven_until === null) {
      expect(await page.tell(`POST /users/${who.name}/totp`)).toMatchObject({
        status: 403,
        body: { error: { code: 'proof_required', proof: { methods: ['sso'] } } },
      })
    }
    const again = await enter('sub-10', page, cookies, true)
    expect(again.told.body.proven_until).toBeString()
    expect((await page.tell(`POST /users/${who.name}/totp`)).status).toBe(200)
  })

  test('says what to do where the provider is not there, or refuses this server', async () => {
    await makeSsoUser('sub-11')
    const file = `${installation.folder}/../wrong-secret`
    await Bun.write(file, 'wrong')
    await installation.cli('setting', 'set', 'oidc_client_secret', '--value-file', file)
    const { told } = await enter('sub-11')
    expect(told.status).toBe(401)
    expect(messageOf(told)).toContain('invalid_client')
    expect(messageOf(told)).toContain('oidc_client_secret')
    const moved = await installation.cli('setting', 'set', 'oidc_issuer', 'http://127.0.0.1:1')
    expect(moved.err).toContain('oidc_client_secret')
    await unset('oidc_client_secret')
    await set({ oidc_issuer: 'http://127.0.0.1:1' })
    const nobody = await browser().tell('POST /session/sso/start')
    expect(nobody.status).toBe(409)
    expect(messageOf(nobody)).toContain('oidc_issuer')
    expect((await installation.cli('setting', 'set', 'oidc_issuer', 'http://login.example')).err).toContain('https://')
    await unset('oidc_issuer')
    expect((await browser().tell('POST /session/sso/start')).status).toBe(409)
    expect((await browser().tell('GET /session/methods')).body).toEqual({ sso: null })
  })

  test('shows its secret to nobody and keeps it sealed', async () => {
    const owner = await makeOperator(installation, 'owner')
    await owner.tell('PUT /settings/oidc_client_secret', { value: clientSecret })
    expect((await owner.tell('GET /settings/oidc_client_secret')).body.value).not.toContain('secret of')
    expect(JSON.stringify(auditRows(installation))).not.toContain(clientSecret)
  })
})
