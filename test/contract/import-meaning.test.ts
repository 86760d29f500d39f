import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importStatusWords } from '../../src/transfer/tables/status-words'
import { startInstallation, type TestInstallation } from '../support/installation'
import { pages } from '../support/readme'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  await installation.cli('import', write('products.csv', 'name\nApp\n'), '--yes')
})
afterAll(() => installation.close())

let files = 0
/** Writes a file beside the data folder. */
function write(name: string, content: string) {
  const folder = join(installation.folder, '..', String(++files))
  mkdirSync(folder)
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

let keys = 0
const freshKey = () => `MEANT-${++keys}-X`
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)

type Cells = Record<string, string | number | undefined>

/** A file of these lines, with a column for each field that any of them has. */
function csvOf(lines: Cells[]) {
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))]
  const rows = lines.map((line) => columns.map((column) => `"${String(line[column] ?? '').replaceAll('"', '""')}"`))
  return `${columns.join(',')}\n${rows.map((row) => row.join(',')).join('\n')}\n`
}

/** Imports one licence; what the import said, and what a device is told of the key. */
async function imported(cells: Cells, ...args: string[]) {
  const license_key = freshKey()
  const said = await importLines([{ license_key, product: 'App', activation_limit: 5, ...cells }], ...args)
  const listed = await installation.ask('GET /api/v1/get-license-keys', { search: license_key })
  const { code } = await installation.ask('POST /api/v1/activate', { license_key, identifier: 'a-device' })
  return { ...said, license_key, kept: listed.response.license_keys?.[0], code }
}

async function importLines(lines: Cells[], ...args: string[]) {
  const { out, err } = await installation.cli('import', write('keys.csv', csvOf(lines)), '--yes', '--json', ...args)
  if (!out) throw new Error(err)
  return JSON.parse(out)
}

const good = 300
const blocked = 204
const unassigned = 201
const ended = 205

const start = { assigned_at: '2024-01-31' }

describe('a status in a file', () => {
  test.each<[string, Cells, string, number]>([
    ['available', {}, 'available', unassigned],
    ['reserved', {}, 'reserved', unassigned],
    ['assigned', {}, 'assigned', good],
    ['SOLD', { owner_email: 'ada@example.com' }, 'assigned', good],
    ['Delivered', { owner_email: 'ada@example.com' }, 'assigned', good],
    ['active', { owner_email: 'ada@example.com' }, 'assigned', good],
    ['active', start, 'assigned', good],
    ['active', { 'meta:order_id': '4711' }, 'assigned', good],
    ['EXPIRING', { ...start, expires_at: day(2) }, 'assigned', good],
    ['expired', { ...start, expires_at: day(-2) }, 'assigned', ended],
    ['expired', { ...start, validity: 30 }, 'assigned', ended],
    ['blocked', { owner_email: 'ada@example.com' }, 'blocked', blocked],
    ['suspended', {}, 'blocked', blocked],
    ['disabled', start, 'blocked', blocked],
    ['BANNED', {}, 'blocked', blocked],
    ['revoked', { revoked_at: '2024-02-01' }, 'blocked', blocked],
    ['', { revoked_at: '2024-02-01' }, 'blocked', blocked],
    ['', {}, 'available', unassigned],
    ['', { owner_email: 'ada@example.com' }, 'assigned', good],
    ['', { 'meta:order': '#12' }, 'assigned', good],
    ['', { 'meta:order_id': '0' }, 'available', unassigned],
  ])('"%s" with %p comes in as %s', async (status, cells, kept, code) => {
    const said = await imported({ status, ...cells })
    expect(said).toMatchObject({ made: 1, refused: 0, kept: { status: kept }, code })
  })

  test.each<[Cells, string[]]>([
    [
      { status: 'inactive', owner_email: 'ada@example.com' },
      ['status "inactive"', 'paid licence', '--value "status:inactive=assigned"'],
    ],
    [{ status: 'pending', ...start }, ['status "pending"', 'not activated yet']],
    [{ status: 'active' }, ['status "active"', 'in stock', '--value "status:active=assigned"']],
    [{ status: '3' }, ['status "3" is not known', 'available, reserved, assigned, active, sold']],
    [{ status: 'aktiv' }, ['status "aktiv" is not known']],
    [{ status: 'expired' }, ['status "expired" wants an end']],
    [{ status: 'expired', ...start }, ['status "expired" wants an end']],
    [{ status: 'expired', validity: 30 }, ['status "expired" wants an end']],
    [{ status: 'expired', ...start, expires_at: '2090-01-31' }, ['status "expired" contradicts its end, 2090']],
    [{ status: 'expired', ...start, expires_at: 'never' }, ['status "expired" wants an end']],
    [{ status: 'expiring', ...start }, ['status "expiring" wants an end']],
    [{ status: 'available', owner_email: 'ada@example.com' }, ['status "available" and owner_email "ada@example.com"']],
    [{ status: 'available', owner_name: 'Ada' }, ['status "available" and owner_name "Ada"']],
    [{ status: 'reserved', ...start }, ['status "reserved" and assigned_at "2024-01-31"']],
    [{ status: 'available', activations: 'pc-1' }, ['status "available" and a device "pc-1"']],
    [{ status: 'available', 'meta:order_id': '4711' }, ['status "available" and metadata order_id "4711"']],
    [{ status: 'available', expires_at: '2030-01-31' }, ['status "available" and expires_at "2030-01-31"']],
    [{ status: 'assigned', revoked_at: '2024-02-01' }, ['status "assigned" and revoked_at "2024-02-01"']],
    [{ status: 'available', revoked_at: '2024-02-01' }, ['status "available" and revoked_at']],
    [{ status: 'revoked', revoked_at: '2090-02-01' }, ['revoked_at "2090-02-01" is not over yet']],
  ])('%p is refused: %p', async (cells, parts) => {
    const { made, refusals, kept, code } = await imported(cells)
    expect({ made, kept, code }).toEqual({ made: 0, kept: undefined, code: 210 })
    for (const part of parts) expect(refusals[0].reason).toContain(part)
  })

  test('is a word of the table in the guide, and only of that', () => {
    const table = pages.migrate!.slice(
      pages.migrate!.indexOf('| Word in the file |'),
      pages.migrate!.indexOf('Other words are refused, with'),
    )
    const words = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)])
    expect(words.map(([, word]) => word!).sort()).toEqual(Object.keys(importStatusWords).sort())
  })

  test('means what --value says, in any column and whatever its case', async () => {
    const lines = [
      { license_key: freshKey(), product: 'Programm', activation_limit: 'viele', Zustand: 'Aktiv' },
      { license_key: freshKey(), product: 'App', activation_limit: 1, Zustand: 'lager' },
    ]
    const rules = [
      'Zustand:aktiv=assigned',
      'status:Lager=available',
      'product:programm=App',
      'limit:viele=0',
      'status:weg=',
    ]
    const values = rules.flatMap((rule) => ['--value', rule])
    const said = await importLines(lines, '--map', 'Zustand=status', ...values)
    expect(said).toMatchObject({ made: 2, refused: 0 })
    expect(said.notes).toEqual(['No line has the value of --value "status:weg=".'])
    const again = await importLines(lines, '--map', 'Zustand=status', ...values)
    expect(again).toMatchObject({ made: 0, already_there: 2, refused: 0 })
  })

  test.each([
    ['status', 'does not say what a value means: write column:theirs=ours'],
    ['statsu:SOLD=assigned', 'names the column "statsu", which licenses do not have'],
  ])('--value %p is refused before anything is done', async (rule, sentence) => {
    const path = write('keys.csv', csvOf([{ license_key: freshKey(), product: 'App', activation_limit: 1 }]))
    const { exitCode, err } = await installation.cli('import', path, '--yes', '--value', rule)
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining(sentence) })
  })
})

describe('the end of a licence in a file', () => {
  test.each<[string, Cells, number]>([
    ['today', { ...start, expires_at: day(0) }, good],
    ['the day before yesterday', { ...start, expires_at: day(-2) }, ended],
    ['the day it was sold, today', { assigned_at: day(0), expires_at: day(0) }, good],
    ['later than its validity, since it was renewed', { ...start, validity: 30, expires_at: day(100) }, good],
    ['as its validity says', { assigned_at: day(-10), validity: 30, expires_at: day(20) }, good],
    ['never', { ...start, expires_at: 'Lifetime' }, good],
    ['a minute ago', { ...start, expires_at: new Date(Date.now() - 60_000).toISOString() }, ended],
    [
      'a minute ago, sold at another hour',
      { assigned_at: '2024-01-31 23:59:00', expires_at: new Date(Date.now() - 60_000).toISOString() },
      ended,
    ],
    ['in an hour', { ...start, expires_at: new Date(Date.now() + 3_600_000).toISOString() }, good],
  ])('%s: %p', async (_, cells, code) => {
    const said = await imported(cells)
    expect(said).toMatchObject({ made: 1, code })
    const again = await importLines([{ license_key: said.license_key, product: 'App', activation_limit: 5, ...cells }])
    expect(again).toMatchObject({ made: 0, already_there: 1, refused: 0 })
  })

  test.each<[Cells, string]>([
    [
      { ...start, validity: 365, expires_at: '2024-06-30' },
      'expires_at "2024-06-30" and validity "365", which lasts to 2025-01-30, contradict each other',
    ],
    [
      { ...start, validity: 0, expires_at: '2030-01-31' },
      'validity "0", which lasts for ever, contradict each other: skip the one',
    ],
    [{ ...start, validity: 30, expires_at: 'never' }, 'validity "30" and an expires_at of never contradict each other'],
    [{ ...start, expires_at: '2024-01-30' }, 'expires_at "2024-01-30" is not after assigned_at "2024-01-31"'],
    [
      { owner_name: 'Ada', expires_at: '2030-01-31' },
      'it ends on 2030-01-31, and has no assigned_at to count its days from: name the column that says when it was sold, such as --map "created_at=assigned_at"',
    ],
    [
      { owner_name: 'Ada', validity: 365, created_at: '2020-01-31' },
      'it lasts 365 days, is known since 2020-01-31, and has no assigned_at',
    ],
  ])('%p is refused', async (cells, sentence) => {
    const { made, refusals, code } = await imported(cells)
    expect({ made, code }).toEqual({ made: 0, code: 210 })
    expect(refusals[0].reason).toContain(sentence)
  })

  test('counts from another column where --map says so', async () => {
    const cells = { owner_name: 'Ada', validity: 365, created_at: '2020-01-31' }
    expect(await imported(cells, '--map', 'created_at=assigned_at')).toMatchObject({ made: 1, code: ended })
  })

  test('that was renewed, or has no start, is told of', async () => {
    const lines = [
      { license_key: freshKey(), product: 'App', activation_limit: 1, ...start, validity: 30, expires_at: day(100) },
      { license_key: freshKey(), product: 'App', activation_limit: 1, owner_name: 'Ada', validity: 30 },
      { license_key: freshKey(), product: 'App', activation_limit: 1, owner_name: 'Bob', validity: 30 },
    ]
    expect((await importLines(lines)).notes).toEqual([
      'Renewed, since expires_at is later than validity says; expires_at holds: 1 licence.',
      'No assigned_at, so that their days count from this import: 2 licences.',
    ])
  })

  test('stands in the form that --date-format names', async () => {
    const cells = { assigned_at: '01/02/2024', expires_at: day(0).split('-').reverse().join('/') }
    expect(await imported(cells)).toMatchObject({ made: 0 })
    expect(await imported(cells, '--date-format', 'dd/MM/yyyy')).toMatchObject({
      made: 1,
      code: good,
      kept: { assigned_at: '2024-02-01T00:00:00.000000Z' },
    })
    const wrong = await installation.cli(
      'import',
      write('keys.csv', 'license_key\n'),
      '--yes',
      '--date-format',
      'TT.MM.JJJJ',
    )
    expect(wrong).toMatchObject({ exitCode: 2, err: expect.stringContaining('"TT.MM.JJJJ" is no date format') })
  })
})

describe('one line a device', () => {
  const line = (license_key: string, device: string, cells: Cells = {}) => ({
    license_key,
    product: 'App',
    activation_limit: 3,
    ...start,
    device,
    ...cells,
  })
  const map = ['--map', 'device=activations']
  const devices = async (key: string) => {
    const { json } = await installation.cli('activation', 'list', key, '--json')
    return json.activations.map(({ identifier }: { identifier: string }) => identifier).sort()
  }

  test('adds devices to a key up to its limit, in one file and across files, and doubles none', async () => {
    const key = freshKey()
    const file = [line(key, 'pc-1'), line(key, 'pc-2', { owner_name: '' }), line(key, 'pc-1')]
    expect(await importLines(file, ...map)).toMatchObject({ lines: 3, made: 2, already_there: 1, refused: 0 })
    expect(await importLines(file, ...map)).toMatchObject({ made: 0, already_there: 3, refused: 0 })
    const more = await importLines([line(key, 'pc-3'), line(key, 'pc-4')], ...map)
    expect(more).toMatchObject({ made: 1, refused: 1 })
    expect(more.refusals[0].reason).toContain('it holds 4 seats, but its activation_limit is 3')
    expect(await devices(key)).toEqual(['pc-1', 'pc-2', 'pc-3'])
  })

  test('is refused where its licence cells contradict those before it', async () => {
    const key = freshKey()
    const said = await importLines([line(key, 'pc-1'), line(key, 'pc-2', { activation_limit: 5 })], ...map)
    expect(said).toMatchObject({ made: 1, refused: 1 })
    expect(said.refusals[0].reason).toBe('the key exists already, and its activation_limit is 3 here, not 5')
    expect(await devices(key)).toEqual(['pc-1'])
  })

  test('takes no seat again that was freed since, and gives none to a key in stock', async () => {
    const key = freshKey()
    await importLines([line(key, 'pc-1')], ...map)
    await installation.ask('POST /api/v1/deactivate', { license_key: key, identifier: 'pc-1' })
    expect(await importLines([line(key, 'pc-1')], ...map)).toMatchObject({ made: 0, already_there: 1 })
    const stock = { license_key: freshKey(), product: 'App', activation_limit: 3 }
    await importLines([stock])
    const said = await importLines([{ ...stock, device: 'pc-1' }], ...map)
    expect(said.refusals[0].reason).toContain('is available here: a licence in stock has no device "pc-1"')
  })
})

describe('the report of an import', () => {
  test('counts refused lines by their reason, with the values and the first three lines', async () => {
    const status = ['SELL', 'SELL', 'LEND', 'SELL', 'SELL']
    const lines = status.map((word, i) => ({
      license_key: freshKey(),
      product: 'App',
      activation_limit: i ? 1 : 'x',
      status: word,
      assigned_at: `0${i + 1}/02/2024`,
    }))
    const path = write('keys.csv', csvOf(lines))
    const { json } = await installation.cli('import', path, '--dry-run', '--json')
    const places = (...numbers: number[]) => numbers.map((line) => ({ file: path, line }))
    expect(json ?? JSON.parse((await installation.cli('import', path, '--dry-run', '--json')).out)).toMatchObject({
      refused: 5,
      reasons: [
        { lines: 5, column: 'assigned_at', first: places(2, 3, 4), values: { '01/02/2024': 1, '05/02/2024': 1 } },
        { lines: 4, column: 'status', first: places(2, 3, 5), values: { SELL: 4 } },
        { lines: 1, column: 'activation_limit', first: places(2), values: { x: 1 } },
        { lines: 1, column: 'status', first: places(4), values: { LEND: 1 } },
      ],
    })
    const { out } = await installation.cli('import', path, '--dry-run')
    expect(out).toContain(`4 lines, first ${path}, line 2, 3, 5: status "SELL" is not known`)
    expect(out).toContain('"01/02/2024" (1), "02/02/2024" (1)')
    expect(out.split('\n').filter((text) => text.includes('is not known'))).toHaveLength(2)
  })
})
