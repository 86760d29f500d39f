import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, makeOperator, type Operator } from '../support/operator'
import { until } from '../support/wait'

// A trial is run by a process of its own.
setDefaultTimeout(60_000)

let installation: TestInstallation
let owner: Operator
beforeAll(async () => {
  installation = await startInstallation()
  owner = await makeOperator(installation, 'owner')
  await owner.tell('POST /products', { name: 'App', slug: 'app' })
})
afterAll(() => installation.close())

const csv = [
  'Key;Status;Max devices;Days;Mail;Colour',
  'OLD-1;sold;2;0;ada@example.com;red',
  'OLD-2;sold;x;0;bob@example.com;blue',
  'OLD-3;sold;1;0;eve@example.com;red',
].join('\n')

async function send(path: string, query: Record<string, string> = {}, body = csv) {
  const url = `${installation.url}/admin/api${path}?${new URLSearchParams({ file: 'old keys.csv', ...query })}`
  const headers = { authorization: `Bearer ${owner.token}`, 'content-type': 'text/csv' }
  const type = { ...headers, 'content-type': 'application/octet-stream' }
  const answer = await fetch(url, { method: 'POST', headers: type, body })
  // biome-ignore lint/suspicious/noExplicitAny: answers differ
  return { status: answer.status, body: (await answer.json()) as any }
}

const mapping = {
  map: ['Key=license_key', 'Max devices=activation_limit', 'Days=validity', 'Mail=owner_email', 'Colour='].join('\n'),
  value: 'Status:sold=assigned',
  product: 'app',
}

async function imported(query: Record<string, string>) {
  const { status, body } = await send('/imports', { ...mapping, ...query })
  expect([status, body]).toEqual([200, expect.objectContaining({ file: 'old keys.csv', result: null })])
  return until(
    'the import',
    async () => {
      const { body: job } = await owner.tell(`GET /imports/${body.id}`)
      return job.finished_at && job
    },
    60_000,
  )
}

describe('the columns of a file', () => {
  test('are guessed with samples, and nothing is imported', async () => {
    const { body } = await send('/imports/columns')
    expect(body).toMatchObject({ file: 'old keys.csv', table: 'licenses' })
    const fieldOf = Object.fromEntries(body.columns.map(({ name, field }: Record<string, string>) => [name, field]))
    expect(fieldOf).toMatchObject({ Status: 'status', Colour: null })
    expect(body.columns[0].samples).toEqual(['OLD-1', 'OLD-2', 'OLD-3'])
    expect(body.fields).toContainEqual(expect.objectContaining({ name: 'license_key', is_required: true }))
    expect(readdirSync(join(installation.folder, 'imports'))).toEqual([])
  })

  test('tell the table where the name of the file does not', async () => {
    const { body } = await send('/imports/columns', { file: 'export.csv' }, 'kind,value,reason\nip,203.0.113.9,x\n')
    expect(body.table).toBe('blocklist')
  })

  test('are guessed at the terminal too', async () => {
    const file = join(installation.folder, '..', 'licenses.csv')
    writeFileSync(file, csv)
    const { out } = await installation.cli('imports', 'columns', '--file', file)
    expect(out).toMatch(/Status +status +sold/)
  })
})

describe('an import by the server', () => {
  test('as a trial says line by line what is wrong, and changes nothing', async () => {
    const job = await imported({ dry_run: '1' })
    expect(job).toMatchObject({ state: 'done', is_dry_run: true, error: null, has_refused: true })
    expect(job.result).toMatchObject({ lines: 3, made: 2, refused: 1 })
    expect(job.result.refusals).toEqual([
      { file: 'old keys.csv', line: 3, reason: expect.stringContaining('activation_limit') },
    ])
    expect((await owner.tell('GET /licenses')).body.licenses).toEqual([])
    expect(auditRows(installation).filter(({ verb }) => verb === 'import.ordered')).toEqual([])
  })

  test('makes the lines in the name of who asked, and gives the refused ones back as they were', async () => {
    const job = await imported({})
    expect(job).toMatchObject({ state: 'done', is_dry_run: false })
    expect((await owner.tell('GET /licenses')).body.licenses).toHaveLength(2)
    const verbs = auditRows(installation)
      .filter(({ actor }) => actor === `user ${owner.name}`)
      .map(({ verb }) => verb)
    expect(verbs).toEqual(expect.arrayContaining(['import.ordered', 'license.imported']))
    const answer = await fetch(`${installation.url}/admin/api/imports/${job.id}/refused`, {
      headers: { authorization: `Bearer ${owner.token}` },
    })
    expect(answer.headers.get('content-disposition')).toContain('old keys.refused.csv')
    const [header, line] = (await answer.text()).split('\n')
    expect(header).toBe('Key;Status;Max devices;Days;Mail;Colour;refused_because')
    expect(line).toStartWith('OLD-2;sold;x;0;bob@example.com;blue;')
    const { body } = await owner.tell('GET /imports')
    expect(body.imports[0]).toEqual(job)
  })

  test('that cannot be read says why', async () => {
    const job = await imported({ map: 'Key=license_key' })
    expect(job).toMatchObject({ state: 'failed', result: null, error: expect.stringContaining('Colour') })
    expect((await owner.tell('GET /imports/999999')).status).toBe(404)
  })

  test('leaves no file a day later, nor once a person is erased', async () => {
    const places = () => {
      const folder = join(installation.folder, 'import-jobs')
      return existsSync(folder) ? readdirSync(folder) : []
    }
    expect(places().length).toBeGreaterThan(0)
    await owner.tell('POST /customers/ada@example.com/erase')
    expect(places()).toEqual([])
    const { body } = await owner.tell('GET /imports')
    expect(body.imports[0]).toMatchObject({ result: null, has_refused: false })
  })
})
