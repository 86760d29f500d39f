import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, tell } from '../support/operator'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  await installation.cli('product', 'create', '--name', 'App', '--slug', 'app')
})
afterAll(() => installation.close())

let folders = 0
/** Writes files into a folder of their own; the path of the folder. */
function folderOf(files: Record<string, string>) {
  const folder = join(installation.folder, '..', `columns-${++folders}`)
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const imported = (path: string, ...args: string[]) =>
  installation.cli('import', path, '--product', 'app', '--yes', '--json', ...args)
const ownerOf = async (key: string) => (await installation.cli('license', 'show', key, '--json')).json?.owner_email
const sold = 'license_key,activation_limit,Customer Mail,price\n'

describe('a column that --map names', () => {
  test.each([
    ['another case', 'CASE', 'Customer mail'],
    ['dashes', 'DASH', 'customer-mail'],
    ['spaces around it', 'SPACE', ' Customer  Mail '],
    ['an underscore', 'UNDER', 'customer_mail'],
  ])('is found with %s', async (_, key, column) => {
    const folder = folderOf({ 'keys.csv': `${sold.replace('Customer', 'Buyer')}${key}-1,1,ada@example.com,9\n` })
    const mapped = `${column.replace(/customer/i, (word) => (word[0] === 'C' ? 'Buyer' : 'buyer'))}=owner_email`
    const said = await imported(join(folder, 'keys.csv'), '--map', mapped, '--map', '*=')
    expect(said).toMatchObject({ exitCode: 0, json: { made: 1 } })
    expect(await ownerOf(`${key}-1`)).toBe('ada@example.com')
  })

  test('and that no file has stops the import with the columns there are and the one that is near', async () => {
    const folder = folderOf({ 'keys.csv': `license_key,activation_limit,Kunden,price\nNONE-1,1,ada@example.com,9\n` })
    const said = await imported(join(folder, 'keys.csv'), '--map', 'Kunde=owner_email', '--map', '*=')
    expect({ exitCode: said.exitCode, out: said.out }).toEqual({ exitCode: 2, out: '' })
    expect(said.err).toBe(
      'latchkey: no file has a column "Kunde", which --map names: did you mean "Kunden"? ' +
        'The columns are license_key, activation_limit, Kunden, price. Nothing was imported\n',
    )
    expect((await installation.cli('license', 'show', 'NONE-1')).exitCode).toBe(1)
  })

  test('may stand in one file of several, and in one object of several', async () => {
    const folder = folderOf({
      'licenses.csv': 'license_key,activation_limit,Buyer\nSOME-1,1,ada@example.com\n',
      'license_keys.csv': 'license_key,activation_limit\nSOME-4,1\n',
    })
    const both = await imported(folder, '--map', 'buyer=owner_email')
    expect(both).toMatchObject({ exitCode: 0, json: { made: 2 } })
    expect(await ownerOf('SOME-1')).toBe('ada@example.com')
    const lines = [{ license_key: 'SOME-2', activation_limit: 1 }]
    const path = join(
      folderOf({
        'keys.jsonl': [...lines, { ...lines[0], license_key: 'SOME-3', Buyer: 'a@example.com' }]
          .map((line) => JSON.stringify(line))
          .join('\n'),
      }),
      'keys.jsonl',
    )
    expect(await imported(path, '--map', 'buyer=owner_email')).toMatchObject({ exitCode: 0, json: { made: 2 } })
    expect(await ownerOf('SOME-3')).toBe('a@example.com')
    const absent = await imported(path, '--map', 'byer=owner_email', '--map', 'Buyer=')
    expect(absent).toMatchObject({ exitCode: 2 })
    expect(absent.err).toContain('did you mean "Buyer"?')
  })

  test('in a mapping file stops the import as well, under its entry; one that is skipped need not be there', async () => {
    const folder = folderOf({ 'keys.csv': `${sold}MAPF-1,1,ada@example.com,9\n` })
    const mapping = join(folder, 'mapping.json')
    const columns = { 'Custmer Mail': 'owner_email', 'Customer Mail': '', price: '', notes: '' }
    writeFileSync(mapping, JSON.stringify({ keys: { table: 'licenses', columns } }))
    const said = await imported(join(folder, 'keys.csv'), '--mapping', mapping)
    expect(said).toMatchObject({ exitCode: 2, out: '' })
    expect(said.err).toContain(
      '"Custmer Mail", which the entry "keys" of the mapping file names: did you mean "Customer Mail"?',
    )
    writeFileSync(mapping, JSON.stringify({ keys: { table: 'licenses', columns: { price: '', notes: '' } } }))
    expect(await imported(join(folder, 'keys.csv'), '--mapping', mapping)).toMatchObject({ exitCode: 0 })
    expect(await ownerOf('MAPF-1')).toBe('ada@example.com')
  })

  test('stops an import over HTTP as well', async () => {
    const { token } = await makeOperator(installation, 'owner')
    for (const dry_run of ['0', '1']) {
      const query = new URLSearchParams({
        file: 'keys.csv',
        product: 'app',
        map: '["Kunde=owner_email","*="]',
        dry_run,
      })
      const headers = { 'content-type': 'application/octet-stream' }
      const body = 'license_key,activation_limit,Kunden\nHTTP-1,1,ada@example.com\n'
      const told = await tell(installation, `POST /import?${query}`, {}, { token, headers, body })
      expect(told.status).toBeGreaterThanOrEqual(400)
      expect(told.body.error.message).toContain('did you mean "Kunden"?')
    }
  })
})

describe('a column', () => {
  test.each(['E-Mail', 'e_mail', 'EMAIL', 'Customer E-Mail', 'customerEmail', 'Customer Mail', 'owner-email'])(
    'called %p is the e-mail of the owner',
    async (column) => {
      const key = `NAMED-${column}`
      const folder = folderOf({ 'keys.csv': `License Key,Activation-Limit,${column}\n${key},1,ada@example.com\n` })
      expect(await imported(join(folder, 'keys.csv'))).toMatchObject({ exitCode: 0 })
      expect(await ownerOf(key)).toBe('ada@example.com')
    },
  )

  test.each([
    ['two columns', 'license_key,activation_limit,E-Mail,Customer Mail', 'skip one with --map "Customer Mail="'],
    ['one name twice', 'license_key,activation_limit,Email,Email', 'two columns are called "Email", and differ'],
  ])('that contradicts another one for the same field is refused: %s', async (_, header, sentence) => {
    const key = `TWO-${_.length}`
    const rows = `${key}-1,1,a@example.com,b@example.com\n${key}-2,1,a@example.com,\n${key}-3,1,a@example.com,a@example.com\n`
    const folder = folderOf({ 'keys.csv': `${header}\n${rows}` })
    const said = await imported(join(folder, 'keys.csv'))
    const { made, refusals } = JSON.parse(said.out)
    expect({ made, lines: refusals.map(({ line }: { line: number }) => line) }).toEqual({ made: 2, lines: [2] })
    expect(refusals[0].reason).toContain(sentence)
  })

  test('of JSON that contradicts another one for the same field is refused', async () => {
    const line = { license_key: 'TWO-J', activation_limit: 1, email: 'a@example.com', mail: 'b@example.com' }
    const folder = folderOf({ 'keys.jsonl': JSON.stringify(line) })
    const said = await imported(join(folder, 'keys.jsonl'))
    expect(JSON.parse(said.out).refusals[0].reason).toBe(
      'the columns "email" and "mail" both mean owner_email, and differ: skip one with --map "mail="',
    )
  })
})

describe('a default', () => {
  test('for a field that no file has stops the import', async () => {
    const folder = folderOf({ 'keys.csv': 'license_key,activation_limit\nDEF-1,1\n' })
    const said = await imported(join(folder, 'keys.csv'), '--default', 'validty=30')
    expect(said).toMatchObject({ exitCode: 2, out: '' })
    expect(said.err).toContain('licenses has no field "validty"')
  })
})
