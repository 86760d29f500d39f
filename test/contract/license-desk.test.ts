import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation, { name: 'OperationContext' })
  await installation.cli(
    'generator',
    'create',
    '--product',
    String(product),
    '--activation-limit',
    '3',
    '--validity',
    '90',
  )
})
afterAll(() => installation.close())

const license = (...args: string[]) => installation.cli('license', ...args, '--json')
const create = async (...args: string[]) =>
  (await license('create', '--product', String(product), ...args)).json.licenses as { license_key: string }[]
const verify = (license_key: string, identifier = 'pc') =>
  installation.ask('POST /api/v1/verify', { license_key, identifier })
const codeOf = async (license_key: string, identifier?: string) => (await verify(license_key, identifier)).code
const refused = async (line: string[], exitCode: number, reason: RegExp | string) => {
  const spoken = await installation.cli('license', ...line)
  const err = reason instanceof RegExp ? expect.stringMatching(reason) : expect.stringContaining(reason)
  expect(spoken).toMatchObject({ exitCode, out: '', err })
}

describe('license create', () => {
  test('puts given keys in stock, and gives them to an owner where one is named', async () => {
    expect(await create('--key', 'GIVEN-1', '--key', 'GIVEN-2', '--validity', '30')).toMatchObject([
      { license_key: 'GIVEN-1', state: 'available', activation_limit: 1, validity: 30, assigned_at: null },
      { license_key: 'GIVEN-2', state: 'available', expires_at: null },
    ])
    const [owned] = await create('--key', 'GIVEN-3', '--owner-email', 'ada@example.com', '--assigned-at', '2030-01-31')
    expect(owned).toMatchObject({ status: 'assigned', owner_email: 'ada@example.com' })
    expect(owned).toMatchObject({ assigned_at: '2030-01-31T00:00:00.000Z' })
  })

  test('has keys drawn, with the terms of the generator unless others are given', async () => {
    const drawn = await create('--quantity', '3', '--activation-limit', '7')
    expect(drawn).toHaveLength(3)
    for (const each of drawn) expect(each).toMatchObject({ activation_limit: 7, validity: 90, state: 'available' })
  })

  test('makes all or nothing, and says what stands in the way', async () => {
    const at = String(product)
    const bare = String(await makeProduct(installation))
    await refused(['create', '--product', at, '--key', 'NEW-1', '--key', 'GIVEN-1'], 1, '"GIVEN-1" exists already')
    await refused(['show', 'NEW-1'], 1, 'there is no licence key "NEW-1"')
    await refused(['create', '--product', '999999', '--key', 'NEW-1'], 1, 'there is no product "999999"')
    await refused(['create', '--key', 'NEW-1'], 2, '--product')
    await refused(['create'], 2, '--key')
    await refused(['create', '--product', at, '--key', 'NEW-1', '--quantity', '2'], 2, 'either --key')
    await refused(['create', '--product', at, '--key', 'x'.repeat(256)], 2, 'at most 255 characters')
    await refused(['create', '--product', at, '--quantity', '1001'], 2, '1001 is not a whole number from 1 to 1000')
    await refused(
      ['create', '--product', at, '--key', 'NEW-1', '--assigned-at', 'tomorrow'],
      2,
      '"tomorrow" is not a date',
    )
    await refused(['create', '--product', bare, '--quantity', '1'], 1, `latchkey generator create --product ${bare}`)
    await refused(['create', '--generator', '999999'], 1, 'there is no generator 999999')
    await refused(['create', '--generator', '1', '--product', bare], 1, 'generator 1 makes keys for product')
    await installation.cli('generator', 'disable', '1')
    await refused(['create', '--generator', '1'], 1, 'latchkey generator enable 1')
    await installation.cli('generator', 'enable', '1')
  })
})

describe('the life of a licence at the desk', () => {
  test('is given, blocked, let in again, changed, and ended for good', async () => {
    await create('--key', 'LIFE', '--activation-limit', '2')
    const given = await license('assign', 'LIFE', '--owner-name', 'Ada', '--owner-email', 'ada@example.com')
    expect(given.json).toMatchObject({ state: 'assigned', summary: 'assigned to Ada, 0 of 2 seats taken, for ever' })
    await refused(['assign', 'LIFE', '--owner-name', 'Eve'], 1, 'is not in stock: it is assigned to Ada')
    await installation.ask('POST /api/v1/activate', { license_key: 'LIFE', identifier: 'pc' })
    expect(await codeOf('LIFE')).toBe(200)

    await refused(
      ['block', 'LIFE'],
      2,
      'assigned to Ada → blocked, owned by Ada. 1 device that uses it will be refused',
    )
    expect((await license('block', 'LIFE', '--yes')).json).toMatchObject({ state: 'blocked', seats_taken: 1 })
    expect(await codeOf('LIFE')).toBe(204)
    await refused(['block', 'LIFE'], 1, 'is blocked already')
    await refused(['edit', 'LIFE', '--status', 'assigned'], 1, 'latchkey license unblock LIFE')
    expect((await license('unblock', 'LIFE')).json).toMatchObject({ state: 'active', owner_name: 'Ada' })
    expect(await codeOf('LIFE')).toBe(200)
    await refused(['unblock', 'LIFE'], 1, 'is not blocked: it is assigned')

    const edited = await license(
      'edit',
      'LIFE',
      '--activation-limit',
      '5',
      '--validity',
      '30',
      '--owner-email',
      '',
      '--yes',
    )
    expect(edited.json).toMatchObject({ activation_limit: 5, validity: 30, owner_email: null, owner_name: 'Ada' })
    expect(edited.json.summary).toContain('1 of 5 seats taken, ends ')
    await refused(['edit', 'LIFE'], 2, 'say what to change')
    await refused(['edit', 'LIFE', '--activation-limit', '-2'], 2, '-2 is not a whole number from -1')
    await refused(['edit', 'LIFE', '--product', 'nowhere'], 1, 'there is no product "nowhere"')

    await refused(['revoke', 'LIFE'], 2, /1 device that uses it will be refused\. Say --yes/)
    expect(await codeOf('LIFE')).toBe(200)
    expect((await license('revoke', 'LIFE', '--yes')).json).toMatchObject({ state: 'revoked', seats_taken: 1 })
    expect(await codeOf('LIFE')).toBe(204)
    await refused(['unblock', 'LIFE'], 1, 'was revoked for good on ')
    await refused(['revoke', 'LIFE', '--yes'], 1, 'is revoked already')
    await refused(['block', 'LIFE'], 1, 'is revoked for good already')

    await refused(['delete', 'LIFE'], 2, 'Say --yes')
    expect((await license('delete', 'LIFE', '--yes')).exitCode).toBe(0)
    expect(await codeOf('LIFE')).toBe(210)
    await refused(['delete', 'LIFE', '--yes'], 1, 'there is no licence key "LIFE"')
  })

  test('a key that was blocked without an owner goes back to where it was', async () => {
    await create('--key', 'STOCK')
    await create('--key', 'HELD', '--status', 'reserved')
    for (const [key, state] of [
      ['STOCK', 'available'],
      ['HELD', 'reserved'],
    ] as const) {
      await license('block', key)
      expect((await license('unblock', key)).json).toMatchObject({ state })
    }
  })

  test('its features take values of the type its product declares', async () => {
    const own = String(await makeProduct(installation))
    await installation.cli('product', 'set', own, '--feature', 'seats:number=5', '--feature', 'export:boolean=false')
    await license('create', '--product', own, '--key', 'FEATURED')
    await license('edit', 'FEATURED', '--feature', 'seats=10', '--feature', 'export=true')
    expect((await license('show', 'FEATURED')).json.features).toEqual({ seats: 10, export: true })
    await license('edit', 'FEATURED', '--remove-feature', 'export')
    expect((await license('show', 'FEATURED')).json.features).toEqual({ seats: 10 })
    await refused(['edit', 'FEATURED', '--feature', 'seats=many'], 2, 'feature "seats" takes a number')
    await refused(['edit', 'FEATURED', '--feature', 'tier=pro'], 1, 'has no feature "tier"')
    await refused(['edit', 'FEATURED', '--remove-feature', 'export'], 1, 'no feature "export"')
  })
})

describe('license show', () => {
  test('is the page of the support desk: state in words, seats, metadata and history', async () => {
    await create('--key', 'PAGE', '--activation-limit', '3', '--validity', '60', '--owner-name', 'Grace')
    for (const identifier of ['old', 'new']) {
      await installation.ask('POST /api/v1/activate', { license_key: 'PAGE', identifier })
    }
    await installation.cli('activation', 'deactivate', 'PAGE', 'old')
    await installation.cli('license', 'meta', 'set', 'PAGE', 'ticket', '4711')
    await license('note', 'PAGE', 'called on Tuesday')
    const { json } = await license('show', 'PAGE')
    expect(json).toMatchObject({
      license_key: 'PAGE',
      state: 'active',
      summary: expect.stringMatching(/^assigned to Grace, 1 of 3 seats taken, ends \d{4}-\d\d-\d\d \(in 60 days\)$/),
      product: { id: product, name: 'OperationContext' },
      meta_data: [{ key: 'ticket', value: '4711' }],
      activations: [
        { identifier: 'new', status: 'active', last_verified_at: null },
        { identifier: 'old', status: 'inactive' },
      ],
    })
    expect(json.history.map(({ verb }: { verb: string }) => verb)).toEqual([
      'license.noted',
      'license.meta-created',
      'license.deactivated',
      'license.activated',
      'license.activated',
      'license.created',
    ])
    expect(json.history[0]).toMatchObject({
      actor: expect.stringMatching(/^command line/),
      after: { note: 'called on Tuesday' },
    })
    expect(json.history[4].actor).toMatch(/^api-key \d+$/)
    const { out } = await installation.cli('license', 'show', 'PAGE')
    for (const told of ['PAGE: assigned to Grace', 'ticket = 4711', 'called on Tuesday']) expect(out).toContain(told)
    await installation.cli('license', 'meta', 'unset', 'PAGE', 'ticket')
    await refused(['meta', 'unset', 'PAGE', 'ticket'], 1, 'no metadata "ticket"')
  })

  test('shows in its history the batch it was made in', async () => {
    const keys = await create('--quantity', '5')
    for (const { license_key } of [keys[0]!, keys[2]!, keys[4]!]) {
      const { history } = (await license('show', license_key)).json
      expect(history).toMatchObject([{ verb: 'license.created', actor: expect.stringMatching(/^command line/) }])
    }
  })

  test.each(['no-such-key', ' ', '💥', "' or 1=1", 'x'.repeat(300)])('has no page for "%s"', async (key) => {
    for (const line of [['show'], ['block'], ['edit', '--validity', '1'], ['delete', '--yes']]) {
      const { exitCode, out, err } = await installation.cli('license', ...line, key)
      expect([exitCode, out]).toEqual([key.length < 256 && key.trim() ? 1 : 2, ''])
      expect(err).toMatch(/there is no licence key|<license-key>: It (is required|takes at most 255 characters)/)
    }
  })
})

describe('one customer’s verify fails', () => {
  test('the desk finds out why, rule by rule, and mends it', async () => {
    await create(
      '--key',
      'ADA',
      '--activation-limit',
      '1',
      '--validity',
      '365',
      '--owner-email',
      'lovelace@example.com',
    )
    await installation.ask('POST /api/v1/activate', { license_key: 'ADA', identifier: 'old-laptop' })
    await refused(['edit', 'ADA', '--assigned-at', '2020-01-31'], 2, 'This ends licence key "ADA" at once')
    await license('edit', 'ADA', '--assigned-at', '2020-01-31', '--yes')
    await license('block', 'ADA')
    await installation.cli('blocklist', 'add', '--identifier', 'new-laptop')

    const [found] = (await license('search', 'LoveLace@')).json.licenses
    expect(found).toMatchObject({ license_key: 'ADA', state: 'blocked' })
    const explained = async () => (await license('explain', 'ADA', '--identifier', 'new-laptop')).json
    const answers = async () => {
      const { answer } = await explained()
      expect(answer.code).toBe(await codeOf('ADA', 'new-laptop'))
      return answer
    }
    const { rules } = await explained()
    expect(rules.map(({ code, holds }: { code: number; holds: boolean }) => [code, holds])).toEqual([
      [150, false],
      [210, true],
      [215, true],
      [204, false],
      [201, false],
      [203, true],
      [205, false],
      [202, false],
    ])
    const [{ id }] = (await installation.cli('blocklist', 'list', '--json')).json.blocklist
    expect(await answers()).toMatchObject({ code: 150, remedies: [{ operation: 'blocklist remove', input: { id } }] })
    await installation.cli('blocklist', 'remove', String(id))
    expect(await answers()).toMatchObject({
      code: 204,
      remedies: [{ operation: 'license unblock', input: { license_key: 'ADA' } }],
    })
    await license('unblock', 'ADA')
    expect(await answers()).toMatchObject({
      code: 205,
      remedies: [{ operation: 'license extend', input: { license_key: 'ADA', by: '30d' } }],
    })
    await license('edit', 'ADA', '--validity', '0')
    expect(await answers()).toMatchObject({ code: 202, remedy: expect.stringContaining('activate') })
    const device = { license_key: 'ADA', identifier: 'new-laptop' }
    expect(await installation.ask('POST /api/v1/activate', device)).toMatchObject({ code: 302 })
    const { activate } = await explained()
    expect(activate.rules.at(-1)).toMatchObject({ code: 302, holds: false })
    expect(activate.rules.at(-1).observed).toMatch(/^1 of 1 seat taken by old-laptop since \d{4}-\d\d-\d\d$/)
    expect(activate.answer).toMatchObject({
      code: 302,
      remedies: expect.arrayContaining([
        { operation: 'activation deactivate', input: { license_key: 'ADA', identifier: 'old-laptop' } },
        { operation: 'license edit', input: { license_key: 'ADA', activation_limit: 2 } },
      ]),
    })
    const shown = (await installation.cli('license', 'explain', 'ADA', '--identifier', 'new-laptop')).out
    expect(shown).toContain('"activate" answers 302')
    expect(shown).toContain('latchkey activation deactivate ADA old-laptop')
    const seats = (await installation.cli('activation', 'list', 'ADA', '--status', 'active', '--json')).json.activations
    expect(seats).toMatchObject([{ identifier: 'old-laptop', license_key: 'ADA', product_id: product }])
    await installation.cli('activation', 'deactivate', 'ADA', 'old-laptop')
    expect(await installation.ask('POST /api/v1/activate', device)).toMatchObject({ code: 300 })
    expect(await answers()).toEqual({ code: 200, message: 'Valid license key', remedy: null, remedies: [] })
    const { out } = await installation.cli('license', 'explain', 'ADA', '--identifier', 'new-laptop')
    expect(out).toContain('"verify" answers 200')
    expect(out).toContain('"activate" answers 301')
  })

  test('explains an unknown key and a device without a name', async () => {
    expect((await license('explain', 'NOBODY', '--identifier', 'pc')).json.answer).toMatchObject({ code: 210 })
    const known = await makeActiveLicense(installation, { product_id: product }, 'pc')
    const { answer, rules } = (await license('explain', known)).json
    expect(answer).toMatchObject({ code: 215 })
    expect(rules.at(-1)).toMatchObject({ code: 202, holds: null })
    expect(await installation.ask('POST /api/v1/verify', { license_key: known })).toMatchObject({ code: 215 })
  })
})
