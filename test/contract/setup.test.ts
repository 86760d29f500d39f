import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { findSetupLink } from '../../src/users/links'
import { beside } from '../support/beside'
import { testOfFile } from '../support/databases'
import { freshFolder, speakTo, startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, logIn, tell } from '../support/operator'
import { serveProgram } from '../support/served-program'
import { makeFile, makeLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'

setDefaultTimeout(60_000)

const owner = { name: 'ada', password: 'wood lamp seven rivers' }
const halfAnHourMs = 1_800_000

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
})
afterAll(() => installation.close())

const withToken = (token: string, from = '192.0.2.1') => ({
  headers: { 'x-link-token': token, 'x-forwarded-for': from },
})
const newToken = async () => (await installation.cli('user', 'setup-link', '--json')).json.path.split('#')[1] as string

test('nothing opens without the token of the newest link, and wrong ones are guesses', async () => {
  const [old, token] = [await newToken(), await newToken()]
  expect((await tell(installation, 'GET /setup')).status).toBe(422)
  const stranger = withToken('lkl_wrong', '8.8.8.8')
  expect((await tell(installation, 'POST /setup/owner', owner, stranger)).status).toBe(401)
  expect((await tell(installation, 'GET /setup', {}, withToken(old))).status).toBe(401)
  expect((await tell(installation, 'GET /setup', {}, withToken(token))).body).toMatchObject({
    bits: 2048,
    can_resize: true,
    can_restore: false,
  })
  const restored = await fetch(`${installation.url}/admin/api/setup/restore?file=x`, {
    method: 'POST',
    headers: { ...withToken(token).headers, 'content-type': 'application/octet-stream' },
    body: 'no backup',
  })
  expect([restored.status, ((await restored.json()) as { error: { message: string } }).error.message]).toEqual([
    409,
    expect.stringContaining('not empty'),
  ])
  for (let i = 0; i < 70; i++) await tell(installation, 'GET /setup', {}, stranger)
  expect((await tell(installation, 'GET /setup', {}, stranger)).status).toBe(429)
})

test('the link expires after 30 minutes', async () => {
  const token = await newToken()
  const at = Date.now()
  const isOpen = (ms: number) =>
    beside(installation, async ({ db }) => Boolean(await findSetupLink(db.read, token, new Date(at + ms))))
  expect([await isOpen(halfAnHourMs - 60_000), await isOpen(halfAnHourMs + 60_000)]).toEqual([true, false])
})

test('makes the owner with a key of the chosen size, then is closed for good', async () => {
  const token = await newToken()
  const weak = await tell(installation, 'POST /setup/owner', { ...owner, password: 'short' }, withToken(token))
  expect(weak.status).toBe(422)
  const made = await tell(installation, 'POST /setup/owner', { ...owner, bits: 3072 }, withToken(token))
  expect(made).toMatchObject({ status: 200, body: { name: 'ada', role: 'owner', has_password: true } })
  const { json } = await installation.cli('key', 'show', '--json')
  expect(json.keys.slice(0, 2).map(({ bits, state }: { bits: number; state: string }) => [bits, state])).toEqual([
    [3072, 'current'],
    [2048, 'retired'],
  ])
  expect((await logIn(installation, owner)).status).toBe(200)
  expect((await tell(installation, 'GET /setup', {}, withToken(token))).status).toBe(401)
  expect((await tell(installation, 'POST /setup/owner', { ...owner, name: 'eve' }, withToken(token))).status).toBe(401)
  expect((await installation.cli('user', 'setup-link')).err).toContain('there is a user')
  const rows = auditRows(installation)
  expect(rows.find(({ verb }) => verb === 'user.created')).toMatchObject({ actor: 'set-up link' })
  expect(JSON.stringify(rows)).not.toContain(token)
})

testOfFile('serve prints a link, and a backup restored by it takes the place of the empty installation', async () => {
  const product_id = await makeProduct(installation)
  const license_key = await makeLicense(installation, { product_id })
  const passphrase = 'five green boats at sea'
  const backup = join(installation.folder, '../backup.tar.gz')
  await installation.cli('backup', backup, '--passphrase-file', makeFile(installation, passphrase))

  const folder = freshFolder()
  await speakTo(folder, 'init', '--bits', '2048')
  const served = await serveProgram(folder)
  const link = await served.setupLink()
  expect(link).toStartWith(`${served.url}/console/setup#lkl_`)
  const restore = (given: string) =>
    fetch(`${served.url}/admin/api/setup/restore?file=backup.tar.gz`, {
      method: 'POST',
      headers: {
        'x-link-token': link.split('#')[1]!,
        'x-passphrase': given,
        'content-type': 'application/octet-stream',
      },
      body: Bun.file(backup),
    })
  expect((await restore('wrong')).status).not.toBe(200)
  const restored = await restore(passphrase)
  expect([restored.status, await restored.json()]).toEqual([
    200,
    { licenses: 1, is_authenticated: true, made_at: expect.any(String), version: expect.any(String) },
  ])

  const session = await until('the new start', async () => {
    const answer = await logIn({ ...installation, url: served.url }, owner).catch(() => undefined)
    return answer?.status === 200 && answer.session
  })
  const found = await tell(served, `GET /licenses/${license_key}`, {}, { session })
  expect(found.body).toMatchObject({ license_key })
  expect(await served.stop()).toBe(0)
  rmSync(join(folder, '..'), { recursive: true, force: true })
})
