import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, makeOperator, type Operator } from '../support/operator'
import { makeFile, makeProduct, makeRelease } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
  await makeRelease(installation, { product, number: 102, file: makeFile(installation, 'the first') })
})
afterAll(() => installation.close())

describe('latchkey release', () => {
  const stored = () => readdirSync(join(installation.folder, 'files')).sort()
  const add = (...options: string[]) =>
    installation.cli('release', 'add', '--version', '9.9', '--product', String(product), ...options)

  test('stores the same content once', async () => {
    const before = stored().length
    const one = await makeRelease(installation, {
      product,
      number: 601,
      file: makeFile(installation, 'the same', 'one.zip'),
    })
    const two = await makeRelease(installation, {
      product,
      number: 602,
      file: makeFile(installation, 'the same', 'two.zip'),
    })
    expect(two.sha256).toBe(one.sha256)
    expect(one).toMatchObject({ file_name: 'one.zip', file_size: 8, version: '6.0.1' })
    expect(stored()).toHaveLength(before + 1)
  })

  test('refuses what it cannot take, and leaves nothing behind', async () => {
    const before = stored()
    const file = makeFile(installation, 'never stored')
    const listed = (await installation.cli('release', 'list', '--json')).out
    const cases: [string[], number, RegExp][] = [
      [['--numeric-version', '102', '--file', file], 1, /numeric version 102 already/],
      [['--numeric-version', '700', '--file', `${file}.no`], 1, /cannot read .*, check its name/],
      [['--numeric-version', '700', '--file', installation.folder], 1, /is not a file/],
      [['--numeric-version', '700', '--file', file, '--product', '999'], 1, /no product "999"/],
      [
        ['--numeric-version', '99999999999', '--file', file],
        2,
        /--numeric-version: 99999999999 is not a whole number from 0 to/,
      ],
      [['--numeric-version', '-1', '--file', file], 2, /--numeric-version: -1 is not a whole number from 0 to/],
      [['--numeric-version', '700', '--file', file, '--version', ''], 2, /--version: It is required/],
      [['--numeric-version', '700', '--file', file, '--release-date', 'soon'], 2, /--release-date: .* not a date/],
      [['--numeric-version', '700', '--file', file, '--changelog', 'a', '--changelog-file', file], 2, /either/],
    ]
    for (const [options, exitCode, sentence] of cases) {
      const spoken = await add(...options)
      expect([options, spoken.exitCode, spoken.out]).toEqual([options, exitCode, ''])
      expect(spoken.err).toMatch(sentence)
    }
    expect(stored()).toEqual(before)
    expect((await installation.cli('release', 'list', '--json')).out).toBe(listed)
  })

  test('keeps what is said of a release', async () => {
    const changelog = makeFile(installation, '# 9.9\n\nMuch is new.\n', 'CHANGELOG.md')
    const said = [
      '--numeric-version',
      '990',
      '--file',
      makeFile(installation, 'x'),
      '--summary',
      'Faster',
      '--publish',
      '--json',
    ]
    const { json } = await add(...said, '--changelog-file', changelog, '--release-date', '2026-01-02')
    expect(json).toMatchObject({
      product_id: product,
      numeric_version: 990,
      version: '9.9',
      update_summary: 'Faster',
      changelog: '# 9.9\n\nMuch is new.',
      published: 1,
      release_date: '2026-01-02 00:00:00',
      download_counter: 0,
    })
    const { releases } = (await installation.cli('release', 'list', '--product', String(product), '--json')).json
    expect(releases).toContainEqual(json)
    const numbers = releases.map((row: { numeric_version: number }) => row.numeric_version)
    expect(numbers).toEqual(numbers.toSorted((a: number, b: number) => b - a))
    expect((await installation.cli('release', 'publish', '99999')).err).toContain('there is no release 99999')
  })

  test('changes what is said of a release, not its number and not its file', async () => {
    const made = await makeRelease(installation, { product, number: 300, file: makeFile(installation, 'edited') })
    const said = ['--version', '3.0', '--summary', 'Better', '--changelog', 'Long', '--release-date', '2026-02-03']
    const { json } = await installation.cli('release', 'edit', String(made.id), ...said, '--json')
    const after = { version: '3.0', update_summary: 'Better', changelog: 'Long', release_date: '2026-02-03 00:00:00' }
    expect(json).toEqual({ ...made, ...after })
    expect((await installation.cli('release', 'show', String(made.id), '--json')).json).toEqual(json)
    const nothing = await installation.cli('release', 'edit', String(made.id))
    expect(nothing).toMatchObject({ exitCode: 2, out: '' })
    const unnamed = await installation.cli('release', 'edit', String(made.id), '--version', 'x'.repeat(65))
    expect(unnamed).toMatchObject({ exitCode: 2, out: '' })
  })

  test('is deleted, and its file stays for the night job, which asks whether another release has it', async () => {
    const file = makeFile(installation, 'shared by two')
    const one = await makeRelease(installation, { product, number: 401, file })
    const two = await makeRelease(installation, { product, number: 402, file })
    const remove = (id: number, ...options: string[]) =>
      installation.cli('release', 'delete', String(id), ...options, '--json')
    expect(await remove(one.id)).toMatchObject({ exitCode: 2, out: '' })
    expect(stored()).toContain(one.sha256)
    expect((await remove(one.id, '--yes')).json).toEqual(one)
    expect(stored()).toContain(one.sha256)
    expect((await remove(two.id, '--yes')).json).toEqual(two)
    expect(stored()).toContain(one.sha256)
    expect(await remove(two.id, '--yes')).toMatchObject({ exitCode: 1, out: '' })
  })

  test('is listed by state, in the order asked for, page by page', async () => {
    const other = String(await makeProduct(installation))
    for (const [number, isPublished] of [
      [1, true],
      [2, false],
      [3, true],
    ] as const) {
      await makeRelease(installation, {
        product: Number(other),
        number,
        file: makeFile(installation, 'x'.repeat(number)),
        isPublished,
      })
    }
    const list = async (...args: string[]) =>
      (await installation.cli('release', 'list', '--product', other, ...args, '--json')).json
    const numbers = (page: { releases: { numeric_version: number }[] }) =>
      page.releases.map(({ numeric_version }) => numeric_version)
    expect(numbers(await list())).toEqual([3, 2, 1])
    expect(numbers(await list('--state', 'draft'))).toEqual([2])
    expect(numbers(await list('--sort', 'file_size'))).toEqual([1, 2, 3])
    const first = await list('--limit', '2')
    expect(numbers(await list('--limit', '2', '--after', first.next))).toEqual([1])
  })
})

describe('the file of a release', () => {
  let operator: Operator
  beforeAll(async () => {
    operator = await makeOperator(installation, 'operator')
  })
  const content = 'twenty-four bytes of app'
  const made = (number: number) =>
    makeRelease(installation, { product, number, file: makeFile(installation, content, 'my “app”.zip') })
  const fetched = (id: number, headers: Record<string, string> = {}) =>
    fetch(`${installation.url}/admin/api/releases/${id}/file`, {
      headers: { authorization: `Bearer ${operator.token}`, ...headers },
    })
  const taken = (id: number) =>
    auditRows(installation).filter(({ verb, subject_id }) => verb === 'release.downloaded' && subject_id === String(id))

  test('goes to operators, a draft too, and is in the audit log once for a download in parts', async () => {
    const { id, sha256 } = await made(801)
    const whole = await fetched(id)
    expect(await whole.text()).toBe(content)
    expect(whole.headers.get('content-length')).toBe(String(content.length))
    expect(whole.headers.get('content-type')).toBe('application/octet-stream')
    expect(whole.headers.get('content-disposition')).toContain("filename*=UTF-8''my%20%E2%80%9Capp%E2%80%9D.zip")
    expect(whole.headers.get('x-request-id')).toBeString()
    const rest = await fetched(id, { range: 'bytes=7-' })
    expect([rest.status, rest.headers.get('content-range'), await rest.text()]).toEqual([
      206,
      `bytes 7-23/24`,
      content.slice(7),
    ])
    expect((await fetched(id, { range: 'bytes=99-' })).status).toBe(416)
    const known = await fetched(id, { 'if-none-match': `"${sha256}"` })
    expect([known.status, await known.text()]).toEqual([304, ''])
    expect(taken(id)).toMatchObject([{ actor: `user ${operator.name}`, after: JSON.stringify({ sha256 }) }])
    expect((await installation.cli('release', 'show', String(id), '--json')).json.download_counter).toBe(0)
  })

  test('is copied by the command, over no other file', async () => {
    const { id, sha256 } = await made(802)
    const path = join(installation.folder, '..', 'copy.zip')
    const spoken = await installation.cli('release', 'download', String(id), path, '--json')
    expect(spoken.json).toEqual({ file: path, name: 'my “app”.zip', size: content.length, sha256 })
    expect(await Bun.file(path).text()).toBe(content)
    expect(await installation.cli('release', 'download', String(id), path)).toMatchObject({ exitCode: 1, out: '' })
    expect(taken(id)).toHaveLength(1)
  })

  test('that is gone is said to be so', async () => {
    const { id, sha256 } = await makeRelease(installation, {
      product,
      number: 803,
      file: makeFile(installation, 'lost soon'),
    })
    rmSync(join(installation.folder, 'files', sha256))
    const answer = await fetched(id)
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('missing or damaged')
    expect((await fetched(9999)).status).toBe(404)
  })
})
