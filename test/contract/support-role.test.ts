import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

const email = 'ada.byron@example.com'
const key = 'SUPPORT-1815-1852-ADA'
const shownKey = 'SUPP…-ADA'
const shownEmail = 'a…@e….com'

let installation: TestInstallation
let support: Operator
let owner: Operator
beforeAll(async () => {
  installation = await startInstallation()
  support = await makeOperator(installation, 'support')
  owner = await makeOperator(installation, 'owner')
  const product = await makeProduct(installation)
  const draft = { product, owner_name: 'Ada', owner_email: email, activation_limit: 2, validity: 365 }
  await owner.tell('POST /licenses', { ...draft, license_keys: [key] })
  await owner.tell('POST /licenses', { ...draft, owner_email: 'bob@example.org', license_keys: ['SUPPORT-BOB-SECOND'] })
  await installation.ask('POST /api/v1/activate', { license_key: key, identifier: 'laptop' })
})
afterAll(() => installation.close())

test('does the daily work of support, and sees keys and addresses masked', async () => {
  const shown = await support.tell(`GET /licenses/${key}`)
  expect(shown.body).toMatchObject({ license_key: shownKey, owner_email: shownEmail, owner_name: 'Ada' })
  const note = await support.tell(`POST /licenses/${key}/notes`, { note: `${email} called about ${key}.` })
  expect(note.status).toBe(200)
  for (const [path, fields] of [
    ['explain', undefined],
    ['block', { reason: 'lost' }],
    ['unblock', {}],
    ['extend', { by: '30d' }],
    ['deactivate', { identifier: 'laptop' }],
    ['replace', { new_key: 'SUPPORT-1843-NEW-KEY' }],
  ] as const) {
    const { status, body } = await support.tell(`${fields ? 'POST' : 'GET'} /licenses/${key}/${path}`, fields ?? {})
    expect([path, status]).toEqual([path, 200])
    expect(JSON.stringify(body)).not.toContain(key)
    expect(JSON.stringify(body)).not.toContain(email)
  }
  const { body: audit } = await support.tell('GET /audit', { limit: 20 })
  expect(JSON.stringify(audit)).toContain(`${shownEmail} called about ${shownKey}.`)
  expect(JSON.stringify(audit)).not.toContain(key)
})

test('nor do refusals, cursors and files show them', async () => {
  const refusal = await support.tell(`POST /licenses/${key}/assign`, { owner_email: email })
  expect(refusal.status).toBe(403)
  const taken = await support.tell(`POST /licenses/${key}/replace`, { new_key: 'SUPPORT-BOB-SECOND' })
  expect([taken.status, JSON.stringify(taken.body).includes('SUPPORT-BOB-SECOND')]).toEqual([409, false])
  const first = await support.tell('GET /licenses', { sort: 'owner_email', limit: 1 })
  expect(Buffer.from(first.body.next, 'base64url').toString()).not.toContain('example')
  const second = await support.tell('GET /licenses', { sort: 'owner_email', limit: 1, after: first.body.next })
  expect(second.body.licenses[0].id).not.toBe(first.body.licenses[0].id)
  for (const table of ['licenses', 'products']) {
    expect((await support.tell(`GET /export/${table}`)).status).toBe(403)
  }
  const csv = await fetch(`${installation.url}/admin/api/licenses?format=csv`, {
    headers: { authorization: `Bearer ${support.token}` },
  })
  const rows = await csv.text()
  expect(csv.status).toBe(200)
  expect([rows.includes(shownEmail), rows.includes(email), rows.includes(key)]).toEqual([true, false, false])
  const log = await fetch(`${installation.url}/admin/api/audit/export`, {
    headers: { authorization: `Bearer ${support.token}` },
  })
  const lines = await log.text()
  expect([lines.includes(shownEmail), lines.includes(email), lines.includes(key)]).toEqual([true, false, false])
})

test('sees one in full only with a reason, which the audit log keeps with who asked', async () => {
  expect((await support.tell(`POST /licenses/${key}/reveal`)).status).toBe(422)
  expect((await support.tell(`POST /licenses/${key}/reveal`, { reason: '' })).status).toBe(422)
  const reason = 'reads it to Ada on the phone'
  expect((await support.tell(`POST /licenses/${key}/reveal`, { reason })).body).toMatchObject({ license_key: key })
  expect((await support.tell(`POST /licenses/${key}/owner/reveal`, { reason })).body).toMatchObject({
    owner_email: email,
  })
  const { body } = await owner.tell('GET /audit', { limit: 2 })
  expect(body.entries).toMatchObject([
    { verb: 'license.owner-revealed', actor: `user ${support.name}`, after: { reason } },
    { verb: 'license.key-revealed', actor: `user ${support.name}`, after: { reason } },
  ])
})

test('decides about no product, key or person', async () => {
  for (const door of ['POST /products', 'POST /api-keys', 'POST /users', `POST /licenses/${key}/revoke`] as const) {
    expect([door, (await support.tell(door, { name: 'x', role: 'owner', preset: 'all' })).status]).toEqual([door, 403])
  }
})
