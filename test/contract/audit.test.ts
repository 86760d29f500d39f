import type { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { openRaw, withoutTriggers } from '../support/raw'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  const product_id = await makeProduct(installation)
  for (const identifier of ['one', 'two', 'three']) {
    const license_key = await makeLicense(installation, { product_id })
    await installation.ask('POST /api/v1/activate', { license_key, identifier })
  }
})
afterAll(() => installation.close())

const say = async (...args: string[]) => (await installation.cli(...args, '--json')).json
const entries = async (...args: string[]) => (await say('audit', 'list', ...args)).entries

/** Changes the log behind the back of the triggers that keep it, looks, and puts it back as it was. */
async function tampered(change: (database: Database) => void, ...options: string[]) {
  const database = openRaw(installation.folder)
  const rows = database.query('select * from audit_log').all() as Record<string, string | number | null>[]
  const putBack = () => {
    database.run('delete from audit_log')
    const names = Object.keys(rows[0]!)
    const insert = database.query(`insert into audit_log (${names}) values (${names.map(() => '?')})`)
    for (const row of rows) insert.run(...Object.values(row))
  }
  try {
    withoutTriggers(database, ['audit_log'], () => change(database))
    return await installation.cli('audit', 'verify', ...options)
  } finally {
    withoutTriggers(database, ['audit_log'], putBack)
    database.close()
  }
}

describe('audit verify', () => {
  test('finds a whole log whole', async () => {
    const { rows, broken } = await say('audit', 'verify')
    expect(broken).toBeNull()
    expect(rows).toBe((await entries('--limit', '1'))[0].id)
  })

  test.each([
    ['whose content was altered', `update audit_log set after = '{"name":"Mallory"}' where id = 4`, 4, 'altered'],
    ['whose author was altered', "update audit_log set actor = 'nobody' where id = 3", 3, 'altered'],
    ['whose hash was altered', "update audit_log set hash = 'x' where id = 5", 5, 'altered'],
    ['that was removed', 'delete from audit_log where id = 4', 4, 'gone'],
    ['that was the first, removed', 'delete from audit_log where id = 1', 1, 'gone'],
    ['that was put in later', 'update audit_log set at = at + 1 where id = 2', 2, 'altered'],
  ])('names the row %s', async (_, change, id, reason) => {
    const spoken = await tampered((database) => database.run(change))
    expect(spoken.exitCode).toBe(1)
    expect(spoken.out).toContain(`broken at row ${id}: `)
    expect(spoken.out).toContain(reason)
    expect((await installation.cli('audit', 'verify')).exitCode).toBe(0)
  })

  test('says so in JSON too, and ends with 1', async () => {
    const spoken = await tampered(
      (database) => database.run("update audit_log set verb = 'x.y' where id = 2"),
      '--json',
    )
    expect(spoken.exitCode).toBe(1)
    expect(JSON.parse(spoken.out)).toMatchObject({ rows: 1, broken: { id: 2, reason: expect.any(String) } })
  })

  test('a row is neither altered nor removed by whoever leaves the triggers alone', () => {
    const database = openRaw(installation.folder)
    expect(() => database.run("update audit_log set actor = 'x'")).toThrow('never altered')
    expect(() => database.run('delete from audit_log')).toThrow('never altered')
    database.close()
  })
})

describe('audit list', () => {
  test('is filtered, newest first, and pages', async () => {
    const all = await entries('--limit', '1000')
    expect(all.map(({ id }: { id: number }) => id)).toEqual(all.map((_: unknown, i: number) => all.length - i))
    const first = await say('audit', 'list', '--limit', '3')
    const second = await say('audit', 'list', '--limit', '3', '--after', first.next)
    expect([...first.entries, ...second.entries]).toEqual(all.slice(0, 6))
    const activated = all.filter(({ verb }: { verb: string }) => verb === 'license.activated')
    expect(activated).toHaveLength(3)
    expect(await entries('--verb', 'license.activated')).toEqual(activated)
    const [{ subject_id: id, request_id, actor }] = activated
    expect(actor).toBe('api-key 1')
    expect(request_id).toEqual(expect.any(String))
    const ofOne = await entries('--subject', 'license', '--id', id)
    expect(ofOne.map(({ verb }: { verb: string }) => verb)).toContain('license.activated')
    expect(await entries('--actor', 'command line', '--verb', 'api-key.created')).toMatchObject([
      { after: { name: 'everything', hash: '•••' } },
    ])
    expect(await entries('--to', '2020-01-01')).toEqual([])
    expect(await entries('--from', '2020-01-01', '--limit', '1000')).toEqual(all)
    expect((await installation.cli('audit', 'list')).out).toContain('license.activated')
  })

  test('shows one entry with its hash', async () => {
    expect(await say('audit', 'show', '1')).toMatchObject({ id: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await installation.cli('audit', 'show', '99999')).toMatchObject({ exitCode: 1, out: '' })
  })
})

test('audit export writes every entry to a new file, oldest first, and over no other', async () => {
  const path = join(installation.folder, '..', 'audit.jsonl')
  const { entries: written } = await say('audit', 'export', path)
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const rows = lines.map((line) => JSON.parse(line))
  expect(rows).toHaveLength(written)
  expect(rows.map(({ id }) => id)).toEqual(rows.map((_, i) => i + 1))
  expect((await entries('--limit', '1'))[0]).toEqual(rows.at(-1))
  expect(rows.at(-1).hash).toMatch(/^[0-9a-f]{64}$/)
  expect(await installation.cli('audit', 'export', path)).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('exists'),
  })
  const nowhere = join(installation.folder, 'no such folder', 'x')
  expect(await installation.cli('audit', 'export', nowhere)).toMatchObject({ exitCode: 1, out: '' })
})

test('audit export writes CSV, and only what its filters let through', async () => {
  const path = join(installation.folder, '..', 'audit.csv')
  const { entries: written } = await say('audit', 'export', path, '--format', 'csv', '--verb', 'license.activated')
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect(header).toBe(
    'id,at,actor,request_id,verb,subject,subject_id,subject_name,batch_from,batch_to,before,after,hash',
  )
  expect([lines.length, written]).toEqual([3, 3])
  for (const line of lines) expect(line).toMatch(/,api-key 1,[\w-]+,license\.activated,/)
})

describe('over HTTP, the audit log', () => {
  let viewer: Operator
  beforeAll(async () => {
    viewer = await makeOperator(installation, 'viewer')
  })
  const fetched = (query = '') =>
    fetch(`${installation.url}/admin/api/audit/export${query}`, {
      headers: { authorization: `Bearer ${viewer.token}` },
    })

  test('is the text that the command writes, up to a head that audit verify takes', async () => {
    const path = join(installation.folder, '..', 'same.jsonl')
    const { head } = await say('audit', 'export', path)
    const answer = await fetched()
    expect(await answer.text()).toBe(readFileSync(path, 'utf8'))
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit.jsonl"')
    expect(answer.headers.get('x-audit-head')).toBe(head)
    expect(await say('audit', 'verify', '--head', head)).toMatchObject({ broken: null })
    const csv = join(installation.folder, '..', 'same.csv')
    await say('audit', 'export', csv, '--format', 'csv', '--subject', 'license')
    expect(await (await fetched('?format=csv&subject=license')).text()).toBe(readFileSync(csv, 'utf8'))
  })

  test('is filtered by the request that made the change', async () => {
    const all = await entries('--verb', 'license.activated')
    const { request_id } = all[0]
    const ofOne = all.filter((entry: { request_id: string }) => entry.request_id === request_id)
    const { body } = await viewer.tell('GET /audit', { request_id, verb: 'license.activated' })
    expect(body.entries).toEqual(ofOne)
    expect(await (await fetched('?request_id=none')).text()).toBe('')
    expect((await viewer.tell('GET /audit', { request_id: 'x'.repeat(65) })).status).toBe(422)
  })

  test('says what it can be filtered by: who, what and how often', async () => {
    const { body } = await viewer.tell('GET /audit/facets')
    const all = await entries('--limit', '1000')
    expect(body.counted).toBe(all.length)
    const of = (name: 'actor' | 'subject' | 'verb', value: string) =>
      all.filter((entry: Record<string, string>) => entry[name] === value).length
    for (const { actor, entries } of body.actors) expect([actor, entries]).toEqual([actor, of('actor', actor)])
    for (const { subject, entries } of body.subjects)
      expect([subject, entries]).toEqual([subject, of('subject', subject)])
    for (const { verb, entries } of body.verbs) expect([verb, entries]).toEqual([verb, of('verb', verb)])
    expect(body.verbs).toContainEqual({ verb: 'license.activated', entries: 3 })
    const [last] = await entries('--actor', 'api-key 1', '--limit', '1')
    expect(body.actors).toContainEqual({ actor: 'api-key 1', entries: of('actor', 'api-key 1'), last_at: last.at })
    expect((await installation.cli('audit', 'facets')).out).toMatch(/license\.activated +3/)
  })
})

test('no secret stands in an audit row', async () => {
  const secrets: string[] = []
  const { id, api_key } = await say('api-key', 'create', '--name', 'x', '--preset', 'all')
  secrets.push(api_key, (await say('api-key', 'rotate', String(id), '--overlap', '7d')).api_key)
  const webhook = await say('webhook', 'add', '--name', 'x', '--url', 'https://shop.test/', '--events', 'all')
  secrets.push(webhook.secret, (await say('webhook', 'rotate-secret', String(webhook.id), '--yes')).secret)
  await say('webhook', 'delete', String(webhook.id), '--yes')
  await installation.cli('key', 'rotate', '--overlap', '0', '--yes', '--bits', '2048')
  const database = openRaw(installation.folder, { readonly: true })
  const stored = database
    .query<Record<string, string | Uint8Array | null>, []>(
      'select hash, previous_hash from api_keys union select sealed_secret, null from webhooks',
    )
    .all()
    .flatMap((row) => Object.values(row))
    .filter((value) => value !== null)
  const rows = database
    .query<{ before: string | null; after: string | null }, []>('select before, after from audit_log')
    .all()
  database.close()
  const text = JSON.stringify(rows)
  expect(stored.length).toBeGreaterThan(1)
  for (const secret of [...secrets, ...stored]) expect(text).not.toContain(String(secret))
  expect(text).not.toContain('PRIVATE KEY')
  const rotated = await entries('--verb', 'api-key.rotated')
  expect(rotated).toMatchObject([{ before: { hash: '•••', prefix: api_key.slice(0, 8) }, after: { hash: '•••' } }])
})

test('rows taken off the end are missed where a checkpoint saw them', async () => {
  const database = openRaw(installation.folder, { readonly: true })
  const seen = database.query<{ id: number }, []>('select max(audit_id) as id from audit_checkpoints').get()!
  database.close()
  expect((await say('audit', 'verify')).checkpoints).toBeGreaterThan(0)
  const { exitCode, out } = await tampered((raw) => raw.run('delete from audit_log where id >= ?', [seen.id]))
  expect(exitCode).toBe(1)
  expect(out).toContain(`broken at row ${seen.id}: `)
  expect(out).toContain('checkpoint')
})
