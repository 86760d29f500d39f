import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type ImportInstallation, importInstallation } from '../support/import-files'
import { logIn, makeOperator, type Operator } from '../support/operator'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

let installation: ImportInstallation
let owner: Operator
beforeAll(async () => {
  installation = await importInstallation()
  owner = await makeOperator(installation, 'owner')
})
afterAll(() => installation.close())

async function send(
  query: Record<string, string>,
  body: string | Buffer | FormData,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: { made?: number; error?: { message: string } } }> {
  const answer = await fetch(`${installation.url}/admin/api/import?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.token}`, ...headers },
    body: body as string,
  })
  return { status: answer.status, body: (await answer.json()) as object }
}

const csv = (key: string) => `license_key,activation_limit\n${key},1\n`
const json = (key: string) => ({ license_key: key, activation_limit: 1 })
const ownerOf = async (key: string) => (await installation.cli('license', 'show', key, '--json')).json?.owner_name

describe('an import over HTTP', () => {
  test.each([
    ['text/csv', 'keys.csv', csv],
    ['text/csv; charset=utf-8', 'keys.csv', csv],
    ['text/tab-separated-values', 'keys.tsv', (key: string) => csv(key).replaceAll(',', '\t')],
    ['text/plain', 'keys.txt', csv],
    ['application/vnd.ms-excel', 'keys.csv', csv],
    ['application/json', 'keys.json', (key: string) => JSON.stringify([json(key)])],
    ['application/x-ndjson', 'keys.jsonl', (key: string) => JSON.stringify(json(key))],
    ['application/octet-stream', 'keys.csv', csv],
  ])('takes %s', async (type, file, written) => {
    const told = await send({ file, product: 'app' }, written(`TYPE-${type}`), { 'content-type': type })
    expect(told).toMatchObject({ status: 200, body: { made: 1, refused: 0 } })
  })

  test('takes the encoding that the type names', async () => {
    const text = Buffer.from('license_key,activation_limit,owner_name\nCHARSET,1,Zoë\n', 'latin1')
    const type = { 'content-type': 'text/csv; charset=ISO-8859-1' }
    expect(await send({ file: 'keys.csv', product: 'app' }, text, type)).toMatchObject({ status: 200 })
    expect(await ownerOf('CHARSET')).toBe('Zoë')
  })

  test('takes a form with the file and the options', async () => {
    const form = new FormData()
    form.set('product', 'app')
    form.set('dry_run', '1')
    form.set('file', new File([csv('FORM-1')], 'C:\\Users\\me\\keys.csv'))
    expect(await send({}, form)).toMatchObject({ status: 200, body: { made: 1 } })
    expect(await ownerOf('FORM-1')).toBeUndefined()
    form.set('dry_run', '0')
    expect(await send({}, form)).toMatchObject({ status: 200, body: { made: 1 } })
    expect(await ownerOf('FORM-1')).toBeNull()
  })

  test.each([
    ['two files', { a: new File(['x'], 'a.csv'), b: new File(['x'], 'b.csv') }, 'send one file in the form'],
    ['no file', { product: 'app' }, 'send one file in the form'],
    ['an empty file', { file: new File([], 'keys.csv') }, 'send the file as the body'],
    ['a field that is none', { prodct: 'app', file: new File(['x'], 'keys.csv') }, 'There is no field "prodct" here.'],
  ])('refuses a form with %s', async (_, parts: Record<string, string | File>, sentence) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(parts)) form.set(name, value)
    const told = await send({}, form)
    expect(told.status).toBe(422)
    expect(told.body.error!.message).toContain(sentence)
  })

  test('refuses a form that is too large, with the way that has no limit', async () => {
    const form = new FormData()
    form.set('file', new File(['x'.repeat(17 * 1024 * 1024)], 'keys.csv'))
    const told = await send({}, form)
    expect(told.status).toBe(422)
    expect(told.body.error!.message).toContain('has at most 16 MiB: send a larger file as the body')
  })

  test('names its options as fields of the query', async () => {
    const told = await send(
      { file: 'keys.csv', product: 'app' },
      Buffer.from('license_key,activation_limit\nZo\xeb,1\n', 'latin1'),
      {
        'content-type': 'text/csv',
      },
    )
    expect(told.body.error!.message).toContain('for example encoding=windows-1252')
  })

  test('refuses other types with those it takes, and a form that is none', async () => {
    const told = await send({ file: 'keys.csv' }, csv('NO'), { 'content-type': 'application/x-www-form-urlencoded' })
    expect(told.status).toBe(415)
    expect(told.body.error!.message).toContain('application/octet-stream, text/csv')
    const broken = await send({}, 'x', { 'content-type': 'multipart/form-data; boundary=y' })
    expect(broken).toMatchObject({ status: 422 })
  })

  test('takes no type of a form with a cookie, which any page can send', async () => {
    const { session } = await logIn(installation, owner)
    const headers = { authorization: '', cookie: `latchkey_session=${session}`, 'sec-fetch-site': 'same-origin' }
    const sent = (type: string) =>
      send({ file: 'keys.csv', product: 'app' }, csv('COOKIE'), { ...headers, 'content-type': type })
    expect(await sent('text/plain')).toMatchObject({ status: 415 })
    expect(await sent('multipart/form-data; boundary=x')).toMatchObject({ status: 415 })
    expect(await sent('text/csv')).toMatchObject({ status: 200 })
  })
})

describe('an export for a spreadsheet', () => {
  test('has the mark and the delimiter that are asked for, at both doors, and can be imported', async () => {
    await installation.imported(
      installation.fileOf('keys.csv', 'license_key,activation_limit,owner_name\n=GERMAN,1,"Zoë; ""B"""\n'),
    )
    const { out } = await installation.cli('export', 'licenses', '--format', 'csv', '--bom', '--delimiter', 'semicolon')
    expect(out).toStartWith('\ufeffid;product_id;license_key;')
    expect(out).toContain(`;'=GERMAN;"Zoë; ""B""";`)
    const answer = await fetch(`${installation.url}/admin/api/export/licenses?format=csv&bom=1&delimiter=semicolon`, {
      headers: { authorization: `Bearer ${owner.token}` },
    })
    expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe(out)
    const again = await installation.imported(installation.fileOf('licenses.csv', out))
    expect(again).toMatchObject({ exitCode: 0, made: 0, refused: 0 })
  })

  test('has no such options for JSON', async () => {
    expect(await installation.cli('export', 'licenses', '--bom')).toMatchObject({ exitCode: 2 })
    const answer = await fetch(`${installation.url}/admin/api/export/licenses?delimiter=tab`, {
      headers: { authorization: `Bearer ${owner.token}` },
    })
    expect(answer.status).toBe(422)
  })
})
