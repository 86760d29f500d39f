import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, makeOperator, type Operator } from '../support/operator'
import { makeLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'

setDefaultTimeout(60_000)

let installation: TestInstallation
let operator: Operator
let product_id: number
beforeAll(async () => {
  installation = await startInstallation()
  operator = await makeOperator(installation, 'operator')
  product_id = await makeProduct(installation, { name: 'Editor' })
})
afterAll(() => installation.close())

const own = (owner_email: string | undefined, owner_name?: string, more: Record<string, unknown> = {}) =>
  makeLicense(installation, {
    product_id,
    ...(owner_email && { owner_email }),
    ...(owner_name && { owner_name }),
    ...more,
  })

// biome-ignore lint/suspicious/noExplicitAny: an answer of any route
type Payload = any

/** Every customer of a list, read page by page. */
async function everybody(fields: Record<string, unknown>, limit = 2): Promise<Payload[]> {
  const rows: Payload[] = []
  let after: string | null = null
  do {
    const { status, body } = await operator.tell('GET /customers', { ...fields, limit, ...(after && { after }) })
    expect(status).toBe(200)
    expect(body.customers.length).toBeLessThanOrEqual(limit)
    rows.push(...body.customers)
    after = body.next
  } while (after)
  return rows
}
const emails = async (fields: Record<string, unknown>) => (await everybody(fields)).map(({ email }) => email)

describe('the list of customers', () => {
  test('groups licences by address in any case, in each order, both ways, page by page', async () => {
    const seen = await own('Zoe@List.example', 'Zoe Zimmer')
    await own('zoe@list.EXAMPLE', 'Zoe Zimmer-Baum')
    await own('anna@list.example', 'Mia Muster')
    await own('ben@list.example')
    for (let i = 0; i < 3; i++) await own('team@list.example', 'Alpha Team')
    const later = await own('anna@list.example')
    await own(undefined, 'Nobody Inparticular')
    await installation.ask('POST /api/v1/activate', { license_key: seen, identifier: 'pc' })
    await installation.ask('POST /api/v1/activate', { license_key: seen, identifier: 'pc-2' })
    await installation.ask('POST /api/v1/activate', { license_key: later, identifier: 'mac' })
    await installation.ask('POST /api/v1/verify', { license_key: seen, identifier: 'pc' })

    const all = ['anna', 'ben', 'team', 'zoe'].map((name) => `${name}@list.example`)
    const [anna, ben, team, zoe] = all
    expect(await emails({})).toEqual(all)
    expect(await emails({ sort: '-email' })).toEqual(all.toReversed())
    // Somebody without a name has no place in that order.
    expect(await emails({ sort: 'name' })).toEqual([team, anna, zoe])
    expect(await emails({ sort: '-name' })).toEqual([zoe, anna, team])
    expect(await emails({ sort: '-licenses' })).toEqual([team, zoe, anna, ben])
    expect(await emails({ sort: 'licenses' })).toEqual([ben, anna, zoe, team])

    await until('the device is seen', async () => (await emails({ sort: '-last_seen_at' })).length)
    expect(await emails({ sort: '-last_seen_at' })).toEqual([zoe])
    expect(await emails({ sort: 'last_seen_at' })).toEqual([zoe])
    const [row] = await everybody({ sort: '-last_seen_at' })
    expect(row).toEqual({
      ...{ email: zoe, license_id: expect.any(Number), name: 'Zoe Zimmer-Baum', licenses: 2, seats_taken: 2 },
      last_seen_at: expect.stringMatching(/^20/),
    })
  })

  test('finds addresses that begin with a text, then names, then what contains it, each customer once', async () => {
    await own('quill@find.example', 'Berta Brot')
    await own('quill@find.example', 'Quill Again')
    await own('carl@find.example', 'Quillian Carl')
    await own('dora@find.example', 'Dora Tranquilla')
    await own('dora@find.example', 'Dora Tranquilla')
    await own('tranquil@find.example', 'Émile ÉTÉ')
    const found = ['quill@find.example', 'carl@find.example', 'tranquil@find.example', 'dora@find.example']
    expect(await emails({ text: 'QUIL' })).toEqual(found)
    expect(await emails({ text: 'été' })).toEqual(['tranquil@find.example'])
    expect(await emails({ text: 'quill@find.example' })).toEqual(['quill@find.example'])
    expect(await emails({ text: 'nobody at all' })).toEqual([])
    const refused = await operator.tell('GET /customers', { text: 'quil', sort: 'name' })
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } })
    const stale = await operator.tell('GET /customers', { after: 'bm9uc2Vuc2U' })
    expect(stale).toMatchObject({ status: 422, body: { error: { message: expect.stringContaining('"after"') } } })
  })

  test('counts along when licences come, go and change hands', async () => {
    const [one, two] = [await own('count@here.example'), await own('COUNT@here.example')]
    const count = async (text: string) => (await everybody({ text }))[0]?.licenses
    expect(await count('count@here')).toBe(2)
    await operator.tell(`PATCH /licenses/${two}`, { owner_email: 'other@there.example' })
    expect([await count('count@here'), await count('other@there')]).toEqual([1, 1])
    await operator.tell(`PATCH /licenses/${one}`, { owner_email: 'Other@There.example' })
    expect([await count('count@here'), await count('other@there')]).toEqual([undefined, 2])
    await operator.tell(`DELETE /licenses/${one}`)
    expect(await count('other@there')).toBe(1)
    expect((await emails({ sort: '-licenses' })).filter((email) => email === 'other@there.example')).toHaveLength(1)
  })

  test('leaves those without an address to a list of their own', async () => {
    const key = await own(undefined, 'Xaver Ohneadresse')
    const { json } = await installation.cli('customer', 'unaddressed', '--name', 'XAVER', '--json')
    expect(json.licenses).toMatchObject([{ license_key: key, owner_name: 'Xaver Ohneadresse', product_id }])
    expect(await emails({ text: 'Xaver' })).toEqual([])
  })
})

describe('one customer', () => {
  test('has their licences, seats and devices on a page', async () => {
    const first = await own('Paula@Page.example', 'Paula P.', { activation_limit: 2 })
    const second = await own('paula@page.example', 'Paula Page', { activation_limit: 3 })
    await installation.ask('POST /api/v1/activate', { license_key: first, identifier: 'desktop' })
    const { body } = await operator.tell('GET /customers/PAULA%40page.example')
    expect(body).toMatchObject({
      ...{ email: 'paula@page.example', name: 'Paula Page', other_names: ['Paula P.'] },
      ...{ licenses: 2, seats_taken: 1, seats: 5 },
      license_list: [{ license_key: second }, { license_key: first, seats_taken: 1, product_name: 'Editor' }],
      devices: [{ identifier: 'desktop', license_key: first, status: 'active' }],
    })
    const { out } = await installation.cli('customer', 'show', 'paula@page.example')
    for (const part of ['1 of 5 taken', first, second, 'desktop', 'Paula P.']) expect(out).toContain(part)
    await own('paula@page.example', 'Paula Page', { activation_limit: 0 })
    expect((await operator.tell('GET /customers/paula%40page.example')).body.seats).toBeNull()
  })

  test('is found by the id of a licence too, so that the support role opens whom it sees masked', async () => {
    await own('masked@page.example', 'Mona Masked')
    const support = await makeOperator(installation, 'support')
    const { body } = await support.tell('GET /customers', { text: 'masked@' })
    expect(body.customers).toMatchObject([{ email: 'm…@p….example', name: 'Mona Masked' }])
    const [{ license_id }] = body.customers
    const page = await support.tell(`GET /customers/id:${license_id}`)
    expect(page.body).toMatchObject({ name: 'Mona Masked', email: 'm…@p….example', licenses: 1 })
    const trial = await operator.tell(`POST /customers/id:${license_id}/block`, { dry_run: true })
    expect(trial.body).toMatchObject({ email: 'masked@page.example', changed: [{ state: 'blocked' }] })
    expect((await support.tell('GET /customers/id:999999')).status).toBe(404)
  })

  test('who is unknown is refused, with the search as the remedy', async () => {
    const { status, body } = await operator.tell('GET /customers/who%40page.example')
    expect(status).toBe(404)
    expect(body.error.remedies).toEqual([{ operation: 'customer list', input: { text: 'who@page.example' } }])
  })
})

describe('a customer gets another name or address', () => {
  test('on all licences in one step, after a dry run that writes nothing', async () => {
    const keys = [await own('old@name.example', 'Old'), await own('OLD@name.example', 'Older')]
    const fields = { new_email: 'New@name.example', new_name: 'New' }
    const before = auditRows(installation).length
    const trial = await operator.tell('POST /customers/old%40name.example/rename', { ...fields, dry_run: true })
    expect(trial.body).toMatchObject({ dry_run: true, changed: [{ license_key: keys[0] }, { license_key: keys[1] }] })
    expect(auditRows(installation)).toHaveLength(before)

    const { body } = await operator.tell('POST /customers/old%40name.example/rename', fields)
    expect(body.changed[1]).toEqual({
      ...{ license_key: keys[1], product_id },
      ...{ owner_email_before: 'OLD@name.example', owner_email: 'New@name.example' },
      ...{ owner_name_before: 'Older', owner_name: 'New' },
    })
    expect((await operator.tell('GET /customers/new%40name.example')).body).toMatchObject({ name: 'New', licenses: 2 })
    expect((await operator.tell('GET /customers/old%40name.example')).status).toBe(404)
    const rows = auditRows(installation).slice(before)
    expect(rows.map(({ verb }) => verb)).toEqual(['license.updated', 'license.updated'])
  })

  test('but not the address of another, which merge is for', async () => {
    await own('a@taken.example')
    await own('b@taken.example')
    const refused = await operator.tell('POST /customers/a%40taken.example/rename', { new_email: 'B@taken.example' })
    expect(refused.status).toBe(409)
    expect(refused.body.error.remedies[0].operation).toBe('customer merge')
    const none = await operator.tell('POST /customers/a%40taken.example/rename')
    expect(none).toMatchObject({ status: 422, body: { error: { field: 'new_email' } } })
    const wrong = await operator.tell('POST /customers/a%40taken.example/rename', { new_email: 'nowhere' })
    expect(wrong).toMatchObject({ status: 422, body: { error: { field: 'new_email' } } })
  })
})

describe('two customers become one', () => {
  test('who keeps address and name; the command asks first', async () => {
    await own('twin-1@merge.example', 'Twin One')
    await own('Twin-2@merge.example', 'Twin Two')
    const line = ['customer', 'merge', 'twin-1@merge.example', 'twin-2@merge.example']
    expect(await installation.cli(...line)).toMatchObject({ exitCode: 2, err: expect.stringContaining('1 licence of') })
    const trial = await installation.cli(...line, '--dry-run')
    expect(trial.out).toContain('twin-1@merge.example → Twin-2@merge.example')
    expect((await installation.cli(...line, '--yes')).exitCode).toBe(0)
    const { body } = await operator.tell('GET /customers/twin-2%40merge.example')
    expect(body).toMatchObject({ licenses: 2, name: 'Twin Two', other_names: [] })
    const same = await operator.tell('POST /customers/twin-2%40merge.example/merge', { into: 'TWIN-2@merge.example' })
    expect(same).toMatchObject({ status: 422, body: { error: { field: 'into' } } })
  })
})
