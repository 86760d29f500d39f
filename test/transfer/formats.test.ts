import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { type ImportInstallation, importInstallation } from '../support/import-files'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

let installation: ImportInstallation
beforeAll(async () => {
  installation = await importInstallation()
})
afterAll(() => installation.close())

const licenseOf = async (key: string) => (await installation.cli('license', 'show', key, '--json')).json
const header = 'license_key,activation_limit,owner_name'
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()

describe('a CSV file', () => {
  test.each([
    ['sep=; before the names', 'sep=;\r\nlicense_key;activation_limit;owner_name\r\nK1;2;"Ada; B"\r\n'],
    [
      'a quoted "sep=;"',
      '"sep=;"\nlicense_key;activation_limit;owner_name\nK1;2;Ada; B\n'.replace('Ada; B', '"Ada; B"'),
    ],
    ['sep=| and pipes', 'SEP=|\nlicense_key|activation_limit|owner_name\nK1|2|Ada; B\n'],
    ['pipes', 'license_key|activation_limit|owner_name\nK1|2|Ada; B\n'],
    ['empty lines before semicolons', '\r\n \r\n;;\r\nlicense_key;activation_limit;owner_name\r\nK1;2;"Ada; B"\r\n'],
    ['empty records at its end', `${header}\nK1,2,Ada; B\n,,\n , ,\n""\n`],
    ['delimiters at the end of each line', `license_key;activation_limit;owner_name;\nK1;2;"Ada; B";\n`],
    ['delimiters at the end of the names alone', `license_key;activation_limit;owner_name;;\nK1;2;"Ada; B"\n`],
    ['delimiters at the end of a line alone', `${header}\nK1,2,Ada; B,,\n`],
    ['line ends of three kinds', `${header}\r\nK0,1,\rK1,2,Ada; B\n`],
  ])('with %s is read', async (what, text) => {
    const stem = what.replace(/\W+/g, '-')
    const said = await installation.imported(installation.fileOf('keys.csv', text.replaceAll(/K(?=\d)/g, `${stem}-`)))
    expect(said).toMatchObject({ exitCode: 0, refused: 0 })
    expect(await licenseOf(`${stem}-1`)).toMatchObject({ activation_limit: 2, owner_name: 'Ada; B' })
  })

  test.each([
    [
      'a cell too many that says something',
      `${header}\nBAD-1,1,Ada,Bob\n`,
      2,
      'it has 4 cells, and the first line names 3 columns',
    ],
    ['a line that breaks off before its owner', `\n${header}\n\nBAD-1,1\n`, 4, 'what is missing is "owner_name"'],
    [
      'a cell under no name',
      `${header},\nBAD-1,1,Ada,\nBAD-2,1,Ada,paid\n`,
      3,
      'its cell 4 says "paid", and that column has no name',
    ],
  ])('with %s has that line refused', async (_, text, line, reason) => {
    const { exitCode, refusals } = await installation.imported(installation.fileOf('keys.csv', text))
    expect({ exitCode, lines: refusals.map(([at]) => at) }).toEqual({ exitCode: 1, lines: [line] })
    expect(refusals[0]![1]).toContain(reason)
  })

  test('numbers its lines as an editor does, whatever ends them', async () => {
    const text = `sep=,\r\n\r\n${header}\r\nLINE-1,1,"A\r\nB"\rLINE-2,x,\n\n"LINE-3",x,"\n\n"\r\nLINE-4,x,\n`
    expect((await installation.imported(installation.fileOf('keys.csv', text))).refusals.map(([line]) => line)).toEqual(
      [6, 8, 11],
    )
  })

  test('is read with backslashes before its quotes where that is said, and told of it where it is not', async () => {
    const path = installation.fileOf('keys.csv', `${header}\nSLASH-1,1,"Ada \\"the\\" \\\\ B"\n`)
    expect((await installation.imported(path)).err).toContain('say --quotes backslash')
    expect(await installation.imported(path, '--quotes', 'backslash')).toMatchObject({ exitCode: 0, made: 1 })
    expect(await licenseOf('SLASH-1')).toMatchObject({ owner_name: 'Ada "the" \\ B' })
  })
})

describe('an encoding', () => {
  const text = (key: string) => `${header}\n${key},1,Zoë\n`

  test.each(['latin1', 'ISO-8859-1', 'iso_8859-1', 'windows-1252', 'cp1252', 'ANSI'])(
    'is known as %s',
    async (name) => {
      const path = installation.fileOf('keys.csv', Buffer.from(text(`ENC-${name}`), 'latin1'))
      expect(await installation.imported(path, '--encoding', name)).toMatchObject({ exitCode: 0 })
      expect(await licenseOf(`ENC-${name}`)).toMatchObject({ owner_name: 'Zoë' })
    },
  )

  test.each([
    ['UTF-16, little end first', (said: string) => Buffer.from(said, 'utf16le'), 'UTF-16-LE'],
    ['UTF-16, big end first', utf16be, 'UTF-16-BE'],
  ])('of %s is known without a mark', async (_, bytes, key) => {
    expect(await installation.imported(installation.fileOf('keys.csv', bytes(text(key))))).toMatchObject({
      exitCode: 0,
    })
    expect(await licenseOf(key)).toMatchObject({ owner_name: 'Zoë' })
  })

  test('that is not known is refused with those that are', async () => {
    const said = await installation.imported(installation.fileOf('keys.csv', text('ENC-NONE')), '--encoding', 'klingon')
    expect(said.exitCode).toBe(2)
    expect(said.err).toContain('there is no encoding "klingon" here: name utf-8')
  })
})

describe('a count', () => {
  test.each([
    ['Unlimited', 0],
    ['unlimited', 0],
    ['5.0', 5],
    ['5,00', 5],
    ['1,000', 1000],
    ['1,000.00', 1000],
    ['1.000.000', 1000000],
    ['1.000,00', 1000],
    ['1 000', 1000],
    ["1'000", 1000],
    ['+3', 3],
    [' 7 ', 7],
  ])('may be written as %p', async (said, limit) => {
    const key = `COUNT-${said}`
    const path = installation.fileOf('keys.csv', `license_key;activation_limit;validity\n${key};${said};${said}\n`)
    expect(await installation.imported(path)).toMatchObject({ exitCode: 0 })
    expect(await licenseOf(key)).toMatchObject({ activation_limit: limit, validity: limit })
  })

  test.each([
    ['1.000', 'activation_limit "1.000" may be 1 and may be 1000: write it without a point'],
    ['5.5', 'integer'],
    ['many', 'integer'],
    ['1,00,000', 'integer'],
    ['1e3', 'integer'],
  ])('that may mean two or none is refused: %p', async (said, reason) => {
    const { refusals } = await installation.imported(
      installation.fileOf('keys.csv', `license_key;activation_limit\nBAD;${said}\n`),
    )
    expect(refusals[0]![1]).toContain(reason)
  })

  test('is read alike in a default, in JSON and for the fields of other tables', async () => {
    const lines = [{ license_key: 'COUNT-J', activation_limit: '1,000' }, { license_key: 'COUNT-D' }]
    const path = installation.fileOf('keys.json', JSON.stringify(lines))
    expect(await installation.imported(path, '--default', 'activation_limit=Unlimited')).toMatchObject({ made: 2 })
    expect(await licenseOf('COUNT-J')).toMatchObject({ activation_limit: 1000 })
    expect(await licenseOf('COUNT-D')).toMatchObject({ activation_limit: 0 })
  })
})

describe('a file of JSON', () => {
  const entry = (key: string) => ({ license_key: key, activation_limit: 1, activations: [{ identifier: 'pc' }] })

  test.each([
    ['a list', 'keys.json', (keys: object[]) => JSON.stringify(keys, null, 2)],
    ['a list under another name', 'keys.jsonl', (keys: object[]) => JSON.stringify(keys)],
    [
      'an object around a list',
      'keys.json',
      (keys: object[]) => JSON.stringify({ success: true, tags: ['a]'], data: keys, page: { next: [] } }),
    ],
    ['an object a line', 'keys.json', (keys: object[]) => keys.map((key) => JSON.stringify(key)).join('\n')],
    [
      'a list with a mark, in UTF-16',
      'keys.json',
      (keys: object[]) => Buffer.from(`\ufeff${JSON.stringify(keys)}`, 'utf16le'),
    ],
  ])('may hold %s', async (what, name, written) => {
    const stem = what.replace(/\W+/g, '-')
    const path = installation.fileOf(name, written([entry(`${stem}-1`), entry(`${stem}-2`)]))
    expect(await installation.imported(path)).toMatchObject({ exitCode: 0, made: 2, refused: 0 })
  })

  test('may hold one object', async () => {
    const path = installation.fileOf('keys.json', JSON.stringify(entry('ONE-OBJECT'), null, 2))
    expect(await installation.imported(path)).toMatchObject({ exitCode: 0, made: 1 })
  })

  test('has each entry refused at its line', async () => {
    const path = installation.fileOf(
      'keys.json',
      '{"note": "[1]",\n"keys": [\n{"license_key": "J,]1"},\n\n 7, "x",\n {"license_key":\n"A"} ]}',
    )
    const { refusals } = await installation.imported(path)
    expect(refusals.map(([line]) => line)).toEqual([3, 5, 5, 6])
    expect(refusals[1]![1]).toBe('this is no JSON object')
  })

  test.each([
    [
      'a list that breaks off',
      '[{"license_key":"CUT","activation_limit":1},\n{"license',
      'is not closed, it breaks off in line 2',
    ],
    ['several lists', '{"licenses":[{"a":1}],"products":[{"b":1}]}', 'holds several lists, "licenses", "products"'],
    ['no JSON', 'hello', 'this is no JSON object'],
  ])('with %s is refused in one sentence', async (_, text, sentence) => {
    const { exitCode, err, refusals } = await installation.imported(installation.fileOf('keys.json', text))
    expect(exitCode).toBe(1)
    expect(`${err} ${refusals}`).toContain(sentence)
  })
})

describe('a file of another kind', () => {
  const zip = (name: string) => `PK\x03\x04${'\0'.repeat(22)}${String.fromCharCode(name.length)}\0\0\0${name}`
  test.each([
    ['keys.xlsx', zip('[Content_Types].xml'), 'is an Excel workbook: save its sheet as CSV'],
    ['keys.csv', zip('[Content_Types].xml'), 'is an Excel workbook: save its sheet as CSV'],
    ['keys.xls', Buffer.from('d0cf11e0a1b11ae100', 'hex'), 'is an Excel workbook of the old kind'],
    ['keys.ods', zip('mimetypeapplication/vnd.oasis.opendocument.spreadsheet'), 'is an OpenDocument spreadsheet'],
    ['keys.zip', zip('keys.csv'), 'is a ZIP archive: unpack it'],
    ['keys.csv.gz', gzipSync(header), 'is compressed: unpack it'],
    ['keys.pdf', '%PDF-1.7\n', 'is a PDF'],
    ['dump.sql', '-- MySQL dump 10.13\n\nCREATE TABLE `license_keys` (\n', 'is SQL: load it into a database'],
    ['dump.txt', 'INSERT INTO `license_keys` VALUES (1);\n', 'is SQL: load it into a database'],
    ['app.db', 'SQLite format 3\0', 'is a database of SQLite'],
    ['keys.csv', '\n<!DOCTYPE html><title>Log in</title>', 'is a web page'],
    ['keys.xml', '<?xml version="1.0"?><keys/>', 'is XML'],
  ])('is named for what it is: %s', async (name, content, sentence) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
    const said = await installation.imported(installation.fileOf(name, bytes))
    expect(said).toMatchObject({ exitCode: 1, made: 0 })
    expect(said.err).toContain(`${name} ${sentence}`)
    expect(said.err.trimEnd().split('\n')).toHaveLength(1)
  })

  test('in a folder is skipped, and named', async () => {
    const folder = installation.folderOf({
      'licenses.csv': `${header}\nFOLDER-1,1,\n`,
      'more.xlsx': zip('xl/'),
      'read.me': '',
    })
    const { exitCode, notes } = await installation.imported(folder)
    expect(exitCode).toBe(0)
    expect(notes).toEqual([
      'more.xlsx was skipped: it is an Excel workbook: save its sheet as CSV ("CSV UTF-8" in Excel), and import that.',
    ])
  })
})

describe('keys that a spreadsheet has changed', () => {
  test('are told of with their lines, at the terminal and as JSON', async () => {
    const keys = [
      '1.23457E+12',
      '1,23457E+12',
      '#####',
      '03.04.2025',
      '2025-04-03',
      '5-Apr',
      'Apr-05',
      '#NAME?',
      'ABC-E+1',
      'MAY-2025-KEY',
    ]
    const path = installation.fileOf(
      'keys.csv',
      `license_key;activation_limit\n${keys.map((key) => `${key};1\n`).join('')}`,
    )
    const { exitCode, made, notes } = await installation.imported(path)
    expect({ exitCode, made }).toEqual({ exitCode: 0, made: keys.length })
    const short = notes.map((note) => note.replace(path, 'keys.csv').replace(/: check whether.*/, ''))
    expect(short).toEqual([
      'keys.csv: 2 keys look like a number that a spreadsheet has rounded, such as "1.23457E+12" (lines 2, 3)',
      'keys.csv: 1 key looks like a column that was too narrow, such as "#####" (line 4)',
      'keys.csv: 4 keys look like a date, such as "03.04.2025" (lines 5, 6, 7, 8)',
      'keys.csv: 1 key looks like an error of a formula, such as "#NAME?" (line 9)',
    ])
    const { out } = await installation.cli('import', path, '--product', 'app', '--dry-run')
    expect(out).toContain(
      '2 keys look like a number that a spreadsheet has rounded, such as "1.23457E+12" (lines 2, 3)',
    )
  })

  test('into numbers of fifteen digits are told of where all long ones are', async () => {
    const keys = (last: string) => ['1234567890123450', '2234567890123450', `323456789012345${last}`]
    const fileOf = (last: string) =>
      installation.fileOf(
        'keys.csv',
        `license_key,activation_limit\n${keys(last)
          .map((key) => `${key},1\n`)
          .join('')}`,
      )
    expect((await installation.imported(fileOf('7'))).notes).toEqual([])
    expect((await installation.imported(fileOf('0'))).notes[0]).toContain(
      'numbers of which a spreadsheet keeps 15 digits',
    )
  })
})
