import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  await installation.cli('import', write('products.csv', 'name\nApp\nOther\n'), '--yes')
})
afterAll(() => installation.close())

let files = 0
/** Writes a file beside the data folder, under a name of its own unless it must have this one. */
function write(name: string, content: string | Uint8Array) {
  const folder = join(installation.folder, '..', String(++files))
  mkdirSync(folder)
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const header = 'license_key,product,activation_limit,validity'
const numbers = async (...args: string[]) => {
  const { out } = await installation.cli('import', ...args, '--yes', '--json')
  const { lines, made, already_there, refused } = JSON.parse(out)
  return { lines, made, already_there, refused }
}
const listed = async (search: string) =>
  (await installation.ask('GET /api/v1/get-license-keys', { search })).response.license_keys

describe('import', () => {
  test('is written a thousand lines at a time beside a running server, whose changes get their turn', async () => {
    const rows = Array.from({ length: 2499 }, (_, i) => `TURN-${i},App,1,0\n`).join('')
    const path = write('turn.csv', `${header}\n${rows}TURN-X,"App,1,0\nTURN-Y,App,1,0\n`)
    const { exitCode, err } = await installation.cli('import', path, '--yes')
    expect(exitCode).toBe(1)
    expect(err).toContain('2000 lines before it were read, 1000 in one write')
    expect(await numbers(write('turn.csv', `${header}\n${rows}`))).toMatchObject({ made: 499, already_there: 2000 })
  })

  test('makes licences with owner, limits, dates, devices and metadata beside a running server', async () => {
    const path = write(
      'sold.csv',
      'Serial Number,Product Name,Customer,E-Mail,Max Activations,Valid Days,Sold At,Domain,meta:order\n' +
        'SOLD-1,App,Ada,ada@example.com,2,36500,2024-01-05 10:00:00,"a.com,b.com",#12\n' +
        'SOLD-2,App,,,0,0,,,\n',
    )
    const said = await installation.cli('import', path, '--yes', '--json', '--map', 'E-Mail=owner_email')
    expect(said).toMatchObject({ exitCode: 0, json: { lines: 2, made: 2, already_there: 0, refused: 0 } })
    const [sold, stock] = await listed('SOLD-')
    expect(sold).toMatchObject({
      owner_name: 'Ada',
      owner_email: 'ada@example.com',
      activation_limit: 2,
      validity: 36500,
    })
    expect(sold).toMatchObject({ status: 'assigned', assigned_at: '2024-01-05T10:00:00.000000Z' })
    expect(stock).toMatchObject({ status: 'available', owner_name: null, activation_limit: 0, assigned_at: null })
    const device = { license_key: 'SOLD-1', identifier: 'a.com' }
    expect((await installation.ask('POST /api/v1/verify', device)).code).toBe(200)
    expect((await installation.ask('POST /api/v1/activate', { ...device, identifier: 'c.com' })).code).toBe(302)
    const { response } = await installation.ask('POST /api/v1/get-license-key-details', device)
    expect(response.licenseKey.meta_data).toEqual([{ key: 'order', value: '#12' }])
  })

  test('takes JSON lines as it takes CSV', async () => {
    const lines = [
      { license_key: 'JSON-1', product_id: 1, activation_limit: 1, validity: 0, status: 'revoked' },
      {
        license_key: 'JSON-2',
        product: 'App',
        activation_limit: 1,
        validity: 0,
        activations: [{ identifier: 'x', status: 'inactive' }],
      },
      { license_key: 'JSON-3', product: 'App', activation_limit: 1, validity: 0, color: 'red' },
    ]
    const path = write('keys.jsonl', `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"broken`)
    const { out, exitCode } = await installation.cli('import', path, '--yes', '--json')
    expect(exitCode).toBe(1)
    const { made, refusals } = JSON.parse(out)
    expect(made).toBe(2)
    expect(refusals.map(({ line, reason }: { line: number; reason: string }) => [line, reason])).toEqual([
      [3, 'licenses have no field "color": rename it, or map it with --map'],
      [4, 'this is no JSON object'],
    ])
    expect((await listed('JSON-1'))[0].status).toBe('blocked')
    const revoked = await installation.ask('POST /api/v1/update-license-key', {
      license_key: 'JSON-1',
      status: 'assigned',
    })
    expect(revoked.code).toBe(951)
    const devices = await installation.cli('activation', 'list', 'JSON-2', '--json')
    expect(devices.json.activations).toMatchObject([{ identifier: 'x', status: 'inactive' }])
  })

  test('says first what it would do, and does nothing', async () => {
    const path = write('dry.csv', `${header}\nDRY-1,App,1,0\nDRY-2,Nothing,1,0\nDRY-1,App,5,0\n`)
    const { exitCode, out, err } = await installation.cli('import', path, '--dry-run')
    expect(exitCode).toBe(1)
    expect(out).toContain('Nothing was changed. An import would do this:')
    expect(out).toMatch(/licenses\s+3\s+1\s+0\s+2\n/)
    expect(out).toContain(`${path}, line 3: there is no product "Nothing"`)
    expect(out).toContain(`${path}, line 4: the key exists already, and its activation_limit is 1 here, not 5`)
    expect(err).toContain('2 lines are refused')
    expect(await listed('DRY-')).toEqual([])
    expect(existsSync(path.replace('.csv', '.refused.csv'))).toBe(false)
  })

  test('wants to be told twice where nobody can be asked', async () => {
    const { exitCode, err } = await installation.cli('import', write('keys.csv', `${header}\nASK-1,App,1,0\n`))
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: 'latchkey: say --dry-run to see what it would do, and --yes to do it\n',
    })
    expect(await listed('ASK-')).toEqual([])
  })

  test('skips what is there, and refuses what is otherwise there', async () => {
    const path = write('keys.csv', `${header}\nTWICE-1,App,1,0\nTWICE-2,App,1,0\n`)
    expect(await numbers(path)).toEqual({ lines: 2, made: 2, already_there: 0, refused: 0 })
    expect(await numbers(path)).toEqual({ lines: 2, made: 0, already_there: 2, refused: 0 })
    const other = write('keys.csv', `${header},owner_name,meta:a\nTWICE-1,App,1,0,Ada,\nTWICE-2,App,1,0,,b\n`)
    const { out } = await installation.cli('import', other, '--yes')
    expect(out).toContain('line 2: the key exists already, and its owner_name is null here, not "Ada"')
    expect(out).toContain('line 3: the key exists already, and its metadata "a" is another here')
  })

  test('writes what it refused beside the input, to be mended and imported again', async () => {
    const path = write('keys.csv', `${header.replaceAll(',', ';')};status\nMEND-1;App;1;0;assigned\nMEND-2;App;x;0;\n`)
    const first = await installation.cli('import', path, '--yes')
    const refused = path.replace('.csv', '.refused.csv')
    expect(first.err).toBe(`latchkey: 1 line is refused: correct it in ${refused} and import that file\n`)
    const text = readFileSync(refused, 'utf8')
    expect(text).toBe(
      'license_key;product;activation_limit;validity;status;refused_because\n' +
        'MEND-2;App;x;0;;"activation_limit ""x"" must be an integer"\n',
    )
    writeFileSync(refused, text.replace(';x;', ';3;'))
    expect(await numbers(refused)).toEqual({ lines: 1, made: 1, already_there: 0, refused: 0 })
    const again = await installation.cli('import', path, '--yes', '--json')
    expect(JSON.parse(again.out).refused_to).toEqual([path.replace('.csv', '.refused-2.csv')])
  })

  test.each([
    [
      'a column nobody knows',
      `${header},price\nA,App,1,0,3\n`,
      'has columns that licenses do not know, "price": skip one with --map "price="',
    ],
    [
      'no column for the key',
      'product\nApp\n',
      'has no column for license_key, activation_limit: map one with --map theirs=license_key',
    ],
    ['text that is not UTF-8', Buffer.from(`${header}\nBAD-1,App,1,0\nBAD-2,Ap\xe9,1,0\n`, 'latin1'), 'line 3 of '],
    ['a quote inside a cell', `${header}\nBAD-1,App,1,0\nBAD-2,"Ap"p,1,0\n`, 'the record that begins in line 3 of '],
    [
      'a quote that is never closed',
      `${header}\nBAD-1,App,1,0\nBAD-2,"App,1,0\nBAD-3,App,1,0\n`,
      'the record that begins in line 3 of ',
    ],
  ])('stops at %s, says where, and has done nothing', async (_, content, sentence) => {
    const { exitCode, out, err } = await installation.cli('import', write('bad.csv', content), '--yes')
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' })
    expect(err).toContain(sentence)
    expect(err).toContain('Nothing was imported')
    expect(await listed('BAD-')).toEqual([])
  })

  test('stops at a list of objects where one object a line is wanted, before it has read all of it', async () => {
    const entry = '{"license_key":"BAD-1","product":"App","activation_limit":1},'
    const list = `{}\n[${entry.repeat(400_000)}`
    const { exitCode, err } = await installation.cli('import', write('list.jsonl', list), '--yes')
    expect(exitCode).toBe(1)
    expect(err).toContain('line 2 of ')
    expect(err).toContain('is longer than 16 MiB: write one JSON object a line, and no list around them')
    expect(await listed('BAD-')).toEqual([])
  })

  test('stops at a file that is not there and at a table that is none', async () => {
    expect((await installation.cli('import', '/nowhere.csv', '--yes')).err).toContain(
      'cannot read /nowhere.csv: there is no such file',
    )
    const path = write('keys.csv', `${header}\n`)
    expect(await installation.cli('import', path, '--yes', '--table', 'shoes')).toMatchObject({ exitCode: 2 })
    expect(await installation.cli('import', path, '--yes', '--map', 'a=shoes')).toMatchObject({ exitCode: 2 })
  })

  test('reads UTF-16 by its mark, Latin-1 by its name, and UTF-8 with a mark', async () => {
    const text = (key: string) => `${header},owner_name\n${key},App,1,0,Zoë\n`
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text('ENC-1'), 'utf16le')])
    const latin1 = Buffer.from(text('ENC-2'), 'latin1')
    expect(await numbers(write('a.csv', utf16))).toMatchObject({ made: 1 })
    expect(await numbers(write('b.csv', latin1), '--encoding', 'windows-1252')).toMatchObject({ made: 1 })
    expect(await numbers(write('c.csv', `\ufeff${text('ENC-3')}`))).toMatchObject({ made: 1 })
    expect((await listed('ENC-')).map((key: { owner_name: string }) => key.owner_name)).toEqual(['Zoë', 'Zoë', 'Zoë'])
  })

  test('reads dates in the forms databases have, and refuses those that could mean two days', async () => {
    const dates = {
      'DATE-1': '2024-02-29',
      'DATE-2': '2024-02-29 12:00:00',
      'DATE-3': '2024-02-29T13:00:00+01:00',
      'DATE-4': '1709208000',
      'DATE-5': '1709208000000',
      'DATE-6': '0000-00-00 00:00:00',
      'DATE-7': '02/03/2024',
      'DATE-8': '2023-02-29',
      'DATE-9': 'yesterday',
    }
    const rows = Object.entries(dates).map(([key, date]) => `${key},App,1,0,assigned,${date}\n`)
    const { out } = await installation.cli(
      'import',
      write('dates.csv', `${header},status,assigned_at\n${rows.join('')}`),
      '--yes',
      '--json',
    )
    const { made, refusals } = JSON.parse(out)
    expect(made).toBe(6)
    expect(refusals.map(({ line, reason }: { line: number; reason: string }) => `${line} ${reason}`)).toEqual([
      expect.stringMatching(/^8 assigned_at "02\/03\/2024" is no date, or can be read in two ways: write 2030-01-31, /),
      expect.stringMatching(/^9 assigned_at "2023-02-29" is no date, .*--date-format, such as dd\/MM\/yyyy$/),
      expect.stringMatching(/^10 assigned_at "yesterday" is no date/),
    ])
    const moments = (await listed('DATE-')).map((key: { assigned_at: string }) => key.assigned_at)
    expect(moments.slice(0, 5)).toEqual([
      '2024-02-29T00:00:00.000000Z',
      ...Array(4).fill('2024-02-29T12:00:00.000000Z'),
    ])
  })

  test('refuses what the services refuse, each line with its reason', async () => {
    const rows = [
      [`${'L'.repeat(256)},App,1,0,,`, 'license_key must not be longer than 255 characters'],
      [',App,1,0,,', 'license_key is required'],
      ['RULE-1,App,-2,0,,', 'activation_limit "-2" must be at least -1'],
      ['RULE-2,App,1,0,lost,', 'status "lost" is not known: say what it means with --value "status:lost=assigned"'],
      ['RULE-3,App,1,0,,"a,b"', 'it holds 2 seats, but its activation_limit is 1'],
      ['RULE-4,App,3,0,,"a,a"', 'activations has a device twice'],
      ['RULE-5,App,3,0', 'it has 4 cells, and the first line names 6 columns'],
      ['RULE-6,App,3,0,,"a\0b"', 'A field contains a NUL character.'],
    ] as const
    const content = `${header},status,activations\n${rows.map(([row]) => `${row}\n`).join('')}`
    const { out } = await installation.cli('import', write('rules.csv', content), '--yes', '--json')
    const { made, refusals } = JSON.parse(out)
    expect(made).toBe(0)
    for (const [i, [, reason]] of rows.entries()) expect(refusals[i].reason).toContain(reason)
    const kept = write('over.csv', `${header},activations\nRULE-7,App,1,0,"a,b"\n`)
    expect(await numbers(kept, '--keep-seats')).toMatchObject({ made: 1 })
  })

  test('refuses values with fields of their own where a text belongs', async () => {
    const sound = { license_key: 'NESTED', product: 'App', activation_limit: 1 }
    const lines = [
      { ...sound, created_at: { toString: 1 } },
      { ...sound, activations: { toString: 1 } },
    ]
    const path = write('nested.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'))
    const { exitCode, out } = await installation.cli('import', path, '--yes', '--json')
    const { refusals } = JSON.parse(out)
    expect({ exitCode, reasons: refusals.map(({ reason }: { reason: string }) => reason) }).toEqual({
      exitCode: 1,
      reasons: [
        expect.stringMatching(/^created_at .* is no date/),
        'activations takes a list of devices: ["pc-1", "pc-2"]',
      ],
    })
  })

  test('quotes a name with control characters in one line that moves nothing on a terminal', async () => {
    const { exitCode, err } = await installation.cli(
      'import',
      write('odd.csv', '"license_key\n\x1b[2J",product\n'),
      '--dry-run',
    )
    expect(exitCode).toBe(1)
    expect(err).toMatch(/^latchkey: \P{Cc}+\n$/u)
  })

  test('counts the days to a date on which a licence ends', async () => {
    const content =
      'license_key,product,activation_limit,assigned_at,expires_at\n' +
      'END-1,App,1,2024-01-01,2024-01-31\nEND-2,App,1,2024-01-01,\nEND-3,App,1,,2024-01-31\nEND-4,App,1,2024-01-01,2023-01-01\n'
    const { out } = await installation.cli('import', write('ends.csv', content), '--yes', '--json')
    expect(JSON.parse(out).refusals.map(({ line }: { line: number }) => line)).toEqual([4, 5])
    expect((await listed('END-')).map((key: { validity: number }) => key.validity)).toEqual([31, 0])
  })

  test('makes products that are missing where it is told to, under the id they are named by', async () => {
    const path = write('new.csv', `${header}\nNEW-1,Brand new,1,0\nNEW-2,77,1,0\n`)
    expect(await numbers(path)).toMatchObject({ made: 0, refused: 2 })
    expect(await numbers(path, '--create-products')).toMatchObject({ made: 2 })
    const { response } = await installation.ask('GET /api/v1/get-all-products')
    expect(response.products.map(({ id, name }: { id: number; name: string }) => [id, name])).toContainEqual([
      77,
      'Product 77',
    ])
    const bare = write('bare.csv', 'key,limit\nNEW-3,1\n')
    expect(await numbers(bare, '--product', '77', '--default', 'validity=30')).toMatchObject({ made: 1 })
    expect((await listed('NEW-3'))[0]).toMatchObject({ product_id: 77, validity: 30 })
  })

  test('leaves rows in the audit log, one for all that one write has made', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `LOG-${i},App,1,0\n`).join('')
    await installation.cli('import', write('log.csv', `${header}\n${rows}`), '--yes')
    const [first, last] = [(await listed('LOG-0'))[0].id, (await listed('LOG-49'))[0].id]
    const raw = openRaw(installation.folder, { readonly: true })
    const row = raw.query('select actor, verb, batch_from, batch_to from audit_log order by id desc').get()
    raw.close()
    expect(row).toEqual({
      actor: expect.stringMatching(/^command line/),
      verb: 'license.imported',
      batch_from: first,
      batch_to: last,
    })
    expect(last - first).toBe(49)
  })
})
