import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, makeOperator, type Operator, type Showing, tell } from '../support/operator'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

let atTheTerminal: TestInstallation
let overHttp: TestInstallation
let owner: Operator
let viewer: Operator
beforeAll(async () => {
  ;[atTheTerminal, overHttp] = [await startInstallation(), await startInstallation()]
  owner = await makeOperator(overHttp, 'owner')
  viewer = await makeOperator(overHttp, 'viewer')
})
afterAll(async () => {
  await atTheTerminal.close()
  await overHttp.close()
})

interface Sending extends Showing {
  to?: TestInstallation
  name?: string
  fields?: Record<string, string>
}

/** Sends a file as a script would. */
const send = (
  body: string,
  { to = overHttp, name = 'keys.csv', fields = {}, token = owner.token, headers }: Sending = {},
) =>
  tell(
    to,
    `POST /import?${new URLSearchParams({ file: name, ...fields })}`,
    {},
    { token, body, headers: { 'content-type': 'application/octet-stream', ...headers } },
  )

/** What an export writes. */
async function fetched(path: string, { token = owner.token, to = overHttp, headers = {} }: Sending = {}) {
  const answer = await fetch(`${to.url}/admin/api${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

const isClean = ({ folder }: TestInstallation) =>
  !existsSync(join(folder, 'imports')) || !readdirSync(join(folder, 'imports')).length

const header = 'license_key,product,activation_limit,validity'
const sold = [
  `${header},Customer,Domain,meta:order`,
  'SOLD-1,App,2,365,Ada,"a.com,b.com",#12',
  'SOLD-2,App,0,0,,,',
  'SOLD-3,App,x,0,,,',
  'SOLD-4,App,1,0,,,\n',
].join('\n')
const wishes = ['--create-products', '--map', 'Customer=owner_name', '--default', 'status=assigned']
const wished = { create_products: '1', map: 'Customer=owner_name', default: 'status=assigned' }

/** A table without what differs from one installation to another: moments of today and what is random. */
const comparable = (text: string) =>
  text.replace(/20\d\d-\d\d-\d\dT[\d:.]+Z|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '…')

describe('an import over HTTP', () => {
  test('does, says and writes down what the command does, and doubles nothing when it is repeated', async () => {
    const path = join(atTheTerminal.folder, '..', 'keys.csv')
    writeFileSync(path, sold)
    const before = [auditRows(atTheTerminal).length, auditRows(overHttp).length] as const
    const spoken = JSON.parse((await atTheTerminal.cli('import', path, '--yes', '--json', ...wishes)).out)
    const told = await send(sold, { fields: wished })
    const { refused_to: _, ...said } = spoken
    const named = (place: object) => ({ ...place, file: 'keys.csv' })
    const refusals = spoken.refusals.map(named)
    const reasons = spoken.reasons.map((reason: { first: object[] }) => ({ ...reason, first: reason.first.map(named) }))
    expect(told).toMatchObject({ status: 200, body: { lines: 4, made: 3, refused: 1 } })
    expect(told.body).toEqual({ ...said, reasons, refusals })
    expect(refusals).toEqual([{ file: 'keys.csv', line: 4, reason: 'activation_limit "x" must be an integer' }])
    for (const table of ['products', 'licenses']) {
      const written = await overHttp.cli('export', table)
      expect(comparable(written.out)).toBe(comparable((await atTheTerminal.cli('export', table)).out))
    }
    const what = ({ verb, subject_id, batch_from, batch_to }: Record<string, unknown>) =>
      [verb, subject_id, batch_from, batch_to].join(' ')
    const rows = auditRows(overHttp).slice(before[1])
    expect(rows.map(what)).toEqual(auditRows(atTheTerminal).slice(before[0]).map(what))
    expect(rows.map(({ verb }) => verb)).toContain('license.imported')
    expect(new Set(rows.map(({ actor }) => actor))).toEqual(new Set([`user ${owner.name}`]))
    expect((await send(sold, { fields: wished })).body).toMatchObject({ made: 0, already_there: 3, refused: 1 })
    expect(isClean(overHttp)).toBe(true)
  })

  test('takes more lines than one write, and JSON lines', async () => {
    const many = Array.from({ length: 1050 }, (_, i) => JSON.stringify({ license_key: `MANY-${i}`, product: 'App' }))
    const fields = { default: JSON.stringify(['activation_limit=1', 'validity=0']) }
    const told = await send(many.join('\n'), { name: 'keys.jsonl', fields })
    expect(told.body).toMatchObject({ lines: 1050, made: 1050, refused: 0, tables: { licenses: { made: 1050 } } })
  })

  test('names the first thousand lines that were refused, and counts the rest', async () => {
    const told = await send(`${header}\n${'BAD,App,x,0\n'.repeat(1050)}`)
    expect(told.body).toMatchObject({ lines: 1050, made: 0, refused: 1050 })
    expect(told.body.refusals).toHaveLength(1000)
  })

  test('takes what values mean and how dates are written, a dry run too', async () => {
    const lines = `${header},status,assigned_at\nVALUE-1,App,1,0,SELL,01/02/2024\nVALUE-2,App,1,0,,\n`
    const fields = { value: 'status:SELL=assigned', date_format: 'dd/MM/yyyy' }
    const refused = await send(lines)
    expect(refused.body).toMatchObject({ made: 1, reasons: [{ lines: 1 }, { lines: 1, column: 'assigned_at' }] })
    expect(refused.body.reasons[0].reason).toContain('say what it means with value=status:SELL=assigned')
    expect(refused.body.reasons[1].reason).toContain('say its form with date_format, such as dd/MM/yyyy')
    expect((await send(lines, { fields: { ...fields, dry_run: '1' } })).body).toMatchObject({ made: 1, refused: 0 })
    expect((await send(lines, { fields })).body).toMatchObject({ made: 1, already_there: 1, refused: 0 })
    expect(await send(lines, { fields: { value: 'status' } })).toMatchObject({ status: 422 })
  })

  test('that is a dry run says what it would do, and changes nothing', async () => {
    const before = [auditRows(overHttp).length, (await fetched('/export')).text]
    const told = await send(`${header},Who\nDRY-1,App,1,0,Ada\nDRY-2,None,1,0,\n`, {
      fields: { dry_run: '1', map: '["Who=owner_name"]' },
    })
    expect(told).toMatchObject({ status: 200, body: { lines: 2, made: 1, refused: 1 } })
    expect(told.body.refusals).toMatchObject([{ file: 'keys.csv', line: 3 }])
    expect([auditRows(overHttp).length, (await fetched('/export')).text]).toEqual(before)
    expect(isClean(overHttp)).toBe(true)
    expect(readdirSync(overHttp.folder).filter((name) => name.startsWith('dry run'))).toEqual([])
  })

  test.each([
    ['a broken quote', `${header}\nQ-1,App,1,0\nQ-2,"App,1,0\n`, {}, 409, 'begins in line 3 of keys.csv'],
    ['the same in a dry run', `${header}\nQ-2,"App,1,0\n`, { dry_run: '1' }, 409, 'begins in line 2 of keys.csv'],
    ['an unknown column', `${header},price\nQ-1,App,1,0,3\n`, {}, 409, 'first line of keys.csv has columns'],
    ['a table that is none', header, { table: 'shoes' }, 422, 'there is no table "shoes"'],
    ['half a pair', header, { map: 'price' }, 422, '"price" takes two names'],
    ['a field that is none', header, { tabel: 'licenses' }, 422, 'There is no field "tabel" here.'],
    ['a name that is a folder', header, { file: '..' }, 422, 'a file has a name'],
    ['no name', header, { file: '' }, 422, 'name the file in the query'],
    ['no file', '', {}, 422, 'send the file as the body'],
  ])('stops at %s, says why, and leaves nothing', async (_, content, fields, status, sentence) => {
    const before = (await fetched('/export')).text
    const told = await send(content, { fields })
    expect(told.status).toBe(status)
    expect(told.body.error.message).toContain(sentence)
    expect(told.body.error.message).not.toContain(overHttp.folder)
    expect((await fetched('/export')).text).toBe(before)
    expect(isClean(overHttp)).toBe(true)
  })

  test('that died with its server leaves nothing once one has started again', async () => {
    const folder = freshFolder()
    mkdirSync(join(folder, 'imports', 'half'), { recursive: true })
    writeFileSync(join(folder, 'imports', 'half', 'keys.csv'), header)
    const installation = await startInstallation({}, folder)
    expect(existsSync(join(folder, 'imports'))).toBe(false)
    await installation.close()
  })

  test('is for owners', async () => {
    expect(await send(`${header}\nNO-1,App,1,0\n`, { token: viewer.token })).toMatchObject({ status: 403 })
    expect((await fetched('/export/licenses')).text).not.toContain('NO-1')
  })
})

describe('an export over HTTP', () => {
  test('of a table is the bytes of the command, as JSON lines and as CSV', async () => {
    for (const table of ['products', 'licenses', 'blocklist', 'api_keys']) {
      const jsonl = await fetched(`/export/${table}`)
      expect(jsonl).toMatchObject({ status: 200, type: 'application/x-ndjson' })
      expect(jsonl.text).toBe((await overHttp.cli('export', table)).out)
      const csv = await fetched(`/export/${table}?format=csv`)
      expect(csv).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8' })
      expect(csv.text).toBe((await overHttp.cli('export', table, '--format', 'csv')).out)
    }
  })

  test('of everything fills an empty installation, which then exports the same; signing keys under a passphrase', async () => {
    const empty = await startInstallation()
    const { token } = await makeOperator(empty, 'owner')
    const headers = { 'x-passphrase': 'a long one' }
    const everything = (await fetched('/export')).text
    expect(everything).not.toContain('PRIVATE KEY')
    const withKeys = (await fetched('/export', { headers })).text
    expect(withKeys).toContain('BEGIN ENCRYPTED PRIVATE KEY')
    const refused = await send(withKeys, { to: empty, name: 'all.jsonl', token })
    expect(refused.body.refusals.at(-1).reason).toContain('private keys open with')
    const dry = await send(withKeys, { to: empty, name: 'all.jsonl', token, headers, fields: { dry_run: '1' } })
    expect(dry.body).toMatchObject({ refused: 0 })
    const opened = await send(withKeys, { to: empty, name: 'all.jsonl', token, headers })
    expect(opened).toMatchObject({ status: 200, body: { refused: 0 } })
    for (const table of ['products', 'generators', 'contracts', 'licenses', 'blocklist', 'webhooks']) {
      const { text } = await fetched(`/export/${table}`)
      expect((await fetched(`/export/${table}`, { to: empty, token })).text).toBe(text)
    }
    const ids = (text: string) => text.match(/"id":"[^"]+"/g) ?? []
    const keys = await fetched('/export/signing_keys', { headers })
    expect(ids((await fetched('/export/signing_keys', { to: empty, token, headers })).text)).toEqual(
      expect.arrayContaining(ids(keys.text)),
    )
    await empty.close()
  })

  test('gives keys to owners alone, and only under a passphrase', async () => {
    expect(await fetched('/export/licenses', viewer)).toMatchObject({ status: 200 })
    for (const table of ['api_keys', 'signing_keys']) {
      expect(await fetched(`/export/${table}`, viewer)).toMatchObject({ status: 403 })
    }
    expect(await fetched('/export', viewer)).toMatchObject({ status: 403 })
    const bare = await fetched('/export/signing_keys')
    expect(bare.status).toBe(422)
    expect(bare.text).toContain('signing keys leave under a passphrase alone')
    expect(await overHttp.cli('export', 'signing_keys')).toMatchObject({ exitCode: 2 })
    expect(await fetched('/export/shoes')).toMatchObject({ status: 422 })
    expect(await fetched('/export/licenses', { headers: { 'x-passphrase': 'schlüssel' } })).toMatchObject({
      status: 422,
    })
  })
})
