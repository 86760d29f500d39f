import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, logIn, makeOperator, tell } from '../support/operator'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

function file(name: string, text: string) {
  const path = join(installation.folder, '..', name)
  writeFileSync(path, text)
  return path
}

const create = (name: string, role: string, ...more: string[]) =>
  installation.cli('user', 'create', '--name', name, '--role', role, ...more, '--json')

describe('a password', () => {
  test('comes from a file, without the end of its line', async () => {
    const path = file('password', 'wood lamp seven rivers\n')
    const made = await create('ada', 'viewer', '--password-file', path)
    expect(made.json).toEqual({
      id: expect.any(Number),
      name: 'ada',
      role: 'viewer',
      status: 'active',
      has_password: true,
      created_at: expect.any(String),
      last_login_at: null,
    })
    expect(await logIn(installation, { name: 'ada', password: 'wood lamp seven rivers' })).toMatchObject({
      status: 200,
    })
  })

  test('is made, and shown once, where nobody gives one', async () => {
    const { json } = await create('bea', 'viewer')
    expect(json.password).toMatch(/^[\w-]{24}$/)
    expect(await logIn(installation, { name: 'bea', password: json.password })).toMatchObject({ status: 200 })
    const { out } = await installation.cli('user', 'passwd', 'bea')
    const again = out.trim().split('\n').at(-1)!
    expect(await logIn(installation, { name: 'bea', password: json.password })).toMatchObject({ status: 401 })
    expect(await logIn(installation, { name: 'bea', password: again })).toMatchObject({ status: 200 })
    expect(JSON.stringify(auditRows(installation))).not.toContain(again)
  })

  test('is equal however its letters were put together', async () => {
    await create('cleo', 'viewer', '--password-file', file('composed', 'caf\u00e9 am Fluss, sieben'))
    expect(await logIn(installation, { name: 'cleo', password: 'cafe\u0301 am Fluss, sieben' })).toMatchObject({
      status: 200,
    })
  })

  test.each([
    ['fourteen chars', /15 to 256 characters/],
    [`${'long '.repeat(60)}`, /15 to 256 characters/],
    ['abababababababab', /different characters/],
  ])('"%s" is refused, and nobody is let in', async (text, reason) => {
    const { exitCode, out, err } = await create('weak', 'viewer', '--password-file', file('weak', text))
    expect({ exitCode, out, err }).toEqual({ exitCode: 2, out: '', err: expect.stringMatching(reason) })
    expect((await installation.cli('user', 'list', '--json')).json.users).not.toContainEqual(
      expect.objectContaining({ name: 'weak' }),
    )
  })

  test('is an argument of no command', async () => {
    const { exitCode, out, err } = await create('dora', 'viewer', '--password', 'wood lamp seven rivers')
    expect(err).not.toContain('rivers')
    expect({ exitCode, out, err }).toEqual({
      exitCode: 2,
      out: '',
      err: expect.stringContaining('--password-file FILE, or -'),
    })
  })
})

describe('a user', () => {
  test.each(['Ada', '-x', '', 'a b', 'x'.repeat(65)])('is not called "%s"', async (name) => {
    expect(await create(name, 'viewer')).toMatchObject({ exitCode: 2, out: '' })
  })

  test('has a name of their own', async () => {
    await create('once', 'viewer')
    expect(await create('once', 'owner')).toMatchObject({
      exitCode: 1,
      out: '',
      err: expect.stringContaining('already'),
    })
  })

  test.each(['set nobody --role viewer', 'passwd nobody', 'disable nobody', 'enable nobody', 'delete nobody --yes'])(
    'that there is not is missed by "%s"',
    async (line) => {
      const spoken = await installation.cli('user', ...line.split(' '))
      expect(spoken).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('there is no user "nobody"') })
    },
  )

  test('is gone for good only when somebody says so', async () => {
    await create('gone', 'viewer')
    expect(await installation.cli('user', 'delete', 'gone')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--yes'),
    })
    expect(await installation.cli('user', 'delete', 'gone', '--yes')).toMatchObject({ exitCode: 0 })
  })

  test('has another role from the next request on', async () => {
    const grace = await makeOperator(installation, 'viewer')
    const block = () => grace.tell('POST /blocklist', { ip: '192.0.2.1' })
    expect(await block()).toMatchObject({ status: 403 })
    await installation.cli('user', 'set', grace.name, '--role', 'operator')
    expect(await block()).toMatchObject({ status: 200 })
    await installation.cli('user', 'set', grace.name, '--role', 'viewer')
    expect(await block()).toMatchObject({ status: 403 })
  })

  test('who owns the installation alone cannot leave it, at either door', async () => {
    const owner = await makeOperator(installation, 'owner')
    const other = await makeOperator(installation, 'owner')
    await installation.cli('user', 'disable', other.name)
    const { name } = owner
    const ways = [
      await installation.cli('user', 'disable', name),
      await installation.cli('user', 'set', name, '--role', 'operator'),
      await installation.cli('user', 'delete', name, '--yes'),
    ]
    for (const spoken of ways) {
      expect(spoken).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('last active owner') })
    }
    expect(await owner.tell(`POST /users/${name}/disable`)).toMatchObject({ status: 409 })
    expect(await owner.tell('GET /session')).toMatchObject({ status: 200, body: { role: 'owner' } })
    await installation.cli('user', 'enable', other.name)
    const both = await Promise.all([
      owner.tell(`POST /users/${name}/disable`),
      owner.tell(`POST /users/${other.name}/disable`),
    ])
    expect(both.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1)
    const active = (await installation.cli('user', 'list', '--role', 'owner', '--status', 'active', '--json')).json
      .users
    expect(active).toHaveLength(1)
  })
})

describe('a token', () => {
  test('is shown once, kept as its hash, and ends when it is revoked', async () => {
    const ada = await makeOperator(installation, 'operator')
    const { status, body } = await ada.tell(`POST /users/${ada.name}/tokens`, {
      name: 'nightly',
      current_password: ada.password,
    })
    expect({ status, token: body.token }).toEqual({ status: 200, token: expect.stringMatching(/^lko_[\w-]{43}$/) })
    const listed = await ada.tell(`GET /users/${ada.name}/tokens`, { sort: '-id' })
    expect(listed.body.tokens[0]).toMatchObject({ id: body.id, name: 'nightly', prefix: body.token.slice(0, 9) })
    expect(JSON.stringify([listed.body, auditRows(installation)])).not.toContain(body.token)
    const { token } = body
    expect(await tell(installation, 'GET /session', {}, { token })).toMatchObject({ status: 200 })
    await ada.tell(`DELETE /users/${ada.name}/tokens/${body.id}`)
    expect(await tell(installation, 'GET /session', {}, { token })).toMatchObject({ status: 401 })
    expect(await ada.tell(`DELETE /users/${ada.name}/tokens/${body.id}`)).toMatchObject({ status: 404 })
  })

  test('of another is nobody’s business but an owner’s', async () => {
    const [ada, other] = [await makeOperator(installation, 'operator'), await makeOperator(installation, 'operator')]
    for (const told of [
      await other.tell(`GET /users/${ada.name}/tokens`),
      await other.tell(`POST /users/${ada.name}/tokens`, { name: 'mine now', current_password: other.password }),
      await other.tell(`DELETE /users/${ada.name}/tokens/1`),
    ]) {
      expect(told).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    }
    expect(await other.tell('GET /users/nobody/tokens')).toMatchObject({ status: 403 })
  })

  test('cannot end in the past, and is not made for somebody who is shut out', async () => {
    const { name } = await makeOperator(installation, 'viewer')
    const make = ['user', 'tokens', 'create', name, '--name', 'x']
    expect(await installation.cli(...make, '--expires-at', '2020-01-01')).toMatchObject({ exitCode: 2, out: '' })
    await installation.cli('user', 'disable', name)
    expect(await installation.cli(...make)).toMatchObject({ exitCode: 1, out: '' })
  })

  test('does not come back with a user who was shut out', async () => {
    const ada = await makeOperator(installation, 'viewer')
    await installation.cli('user', 'disable', ada.name)
    expect(await ada.tell('GET /session')).toMatchObject({ status: 401 })
    await installation.cli('user', 'enable', ada.name)
    expect(await ada.tell('GET /session')).toMatchObject({ status: 401 })
    expect(await logIn(installation, ada)).toMatchObject({ status: 200 })
  })
})
