import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import type { Finding } from '../../src/kernel/rule'
import { startInstallation, type TestInstallation } from '../support/installation'
import { secretFile } from '../support/secret-file'

setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1', guesses_per_minute: '0' })
})
afterAll(() => installation.close())

const say = async (...args: string[]) => {
  const spoken = await installation.cli(...args, '--json')
  if (spoken.exitCode !== 0) throw new Error(spoken.err)
  return spoken.json
}
const makeKey = (...args: string[]) => say('api-key', 'create', '--name', 'test', '--preset', 'all', ...args)
const codeOf = async (key: string) => (await installation.ask('POST /api/v1/verify', {}, { key })).code

describe('api-key rotate', () => {
  test('refuses no request of the hundreds that are under way, with the old value or the new one', async () => {
    const { id, api_key: old } = await makeKey()
    let fresh: string | undefined
    let isOver = false
    const codes: unknown[] = []
    const client = async (nth: number) => {
      while (!isOver) codes.push(await codeOf(nth % 2 && fresh ? fresh : old))
    }
    const clients = Array.from({ length: 8 }, (_, nth) => client(nth))
    while (codes.length < 100) await Bun.sleep(1)
    const rotated = await say('api-key', 'rotate', String(id), '--overlap', '1h')
    fresh = rotated.api_key
    const until = codes.length + 300
    while (codes.length < until) await Bun.sleep(1)
    isOver = true
    await Promise.all(clients)
    expect(codes.length).toBeGreaterThan(400)
    expect(new Set(codes)).toEqual(new Set([210]))
    expect(await codeOf(old)).toBe(210)
    expect(rotated.previous_until).toEqual(expect.any(String))
    expect(fresh).not.toBe(old)
  })

  test('shows the new value this once, and of the old one nothing', async () => {
    const { id, api_key: old } = await makeKey()
    const { api_key } = await say('api-key', 'rotate', String(id), '--overlap', '7d')
    for (const args of [['list'], ['show', String(id)], ['list', '--json']]) {
      const { out } = await installation.cli('api-key', ...args)
      expect(out).not.toContain(old)
      expect(out).not.toContain(api_key)
    }
    expect((await say('api-key', 'show', String(id))).prefix).toBe(api_key.slice(0, 8))
  })

  test('without an overlap refuses the old value from the next request on', async () => {
    const { id, api_key: old } = await makeKey()
    expect(await codeOf(old)).toBe(210)
    const { api_key, previous_until } = await say('api-key', 'rotate', String(id), '--overlap', '0', '--yes')
    expect([await codeOf(old), await codeOf(api_key), previous_until]).toEqual([100, 210, null])
  })

  test('lets the old value end when its time has come, while the server runs', async () => {
    const { id, api_key: old } = await makeKey()
    const { api_key, previous_until } = await say('api-key', 'rotate', String(id), '--overlap', '2s')
    await codeOf(old)
    while (installation.now() <= new Date(previous_until)) await Bun.sleep(20)
    expect([await codeOf(old), await codeOf(api_key)]).toEqual([100, 210])
  })

  test('and revoke: both values end at once', async () => {
    const { id, api_key: old } = await makeKey()
    const { api_key } = await say('api-key', 'rotate', String(id), '--overlap', '7d')
    expect([await codeOf(old), await codeOf(api_key)]).toEqual([210, 210])
    await say('api-key', 'revoke', String(id), '--yes')
    expect([await codeOf(old), await codeOf(api_key)]).toEqual([101, 101])
    for (const args of [['rotate', '--overlap', '7d'], ['edit', '--name', 'x'], ['enable'], ['disable']]) {
      const [word, ...rest] = args as [string, ...string[]]
      const spoken = await installation.cli('api-key', word, String(id), ...rest)
      expect(spoken).toMatchObject({ exitCode: 1, err: expect.stringContaining('revoked') })
    }
  })

  test('ends no value that was promised to work: a second rotation waits, or is told to end all', async () => {
    const { id, api_key: first } = await makeKey()
    const { api_key: second } = await say('api-key', 'rotate', String(id), '--overlap', '7d')
    const refused = await installation.cli('api-key', 'rotate', String(id), '--overlap', '7d')
    expect(refused).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('--overlap 0') })
    expect([await codeOf(first), await codeOf(second)]).toEqual([210, 210])
    const { api_key: third } = await say('api-key', 'rotate', String(id), '--overlap', '0', '--yes')
    expect([await codeOf(first), await codeOf(second), await codeOf(third)]).toEqual([100, 100, 210])
  })

  test.each(['soon', '7', '91d', '-1h', '1w'])('takes no overlap of "%s"', async (overlap) => {
    const spoken = await installation.cli('api-key', 'rotate', '1', `--overlap=${overlap}`)
    expect(spoken).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining('--overlap') })
  })

  test('keeps an imported value from being taken again while it works', async () => {
    const { id, api_key: old } = await makeKey('--import-file', secretFile('once-and-again-and-again'))
    await say('api-key', 'rotate', String(id), '--overlap', '7d')
    const again = await installation.cli(
      'api-key',
      'create',
      '--name',
      'x',
      '--preset',
      'all',
      '--import-file',
      secretFile(old),
    )
    expect(again).toMatchObject({ exitCode: 1, out: '' })
  })
})

describe('api-key edit', () => {
  test('changes what is named, and the next request meets it', async () => {
    const { id, api_key } = await makeKey('--rate-limit', '600', '--expires-at', '2040-01-01')
    expect(await codeOf(api_key)).toBe(210)
    const edited = await say('api-key', 'edit', String(id), '--can', 'activate', '--allow-ip', '127.0.0.1')
    expect(edited).toMatchObject({
      name: 'test',
      capabilities: ['activate'],
      allowed_ips: ['127.0.0.1'],
      rate_limit_per_minute: 600,
      expires_at: '2040-01-01T00:00:00.000Z',
    })
    expect(await codeOf(api_key)).toBe(102)
    const lifted = ['--preset', 'all', '--allow-ip', '', '--rate-limit', '', '--expires-at', '', '--name', 'new']
    expect(await say('api-key', 'edit', String(id), ...lifted)).toMatchObject({
      name: 'new',
      capabilities: ['*'],
      allowed_ips: [],
      rate_limit_per_minute: null,
      expires_at: null,
    })
    expect(await codeOf(api_key)).toBe(210)
  })

  test.each([
    [['--can', 'fly'], 2, 'is not one of'],
    [['--allow-ip', '10.0.0.0/33'], 2, 'CIDR'],
    [['--rate-limit', '0'], 2, 'is not a whole number from 1'],
    [['--expires-at', '2020-01-01'], 2, 'past'],
    [[], 2, 'say what to change, such as --'],
  ])('with %j changes nothing', async (args, exitCode, err) => {
    const { id } = await makeKey()
    const before = await say('api-key', 'show', String(id))
    const spoken = await installation.cli('api-key', 'edit', String(id), ...args)
    expect(spoken).toMatchObject({ exitCode, out: '', err: expect.stringContaining(err) })
    expect(await say('api-key', 'show', String(id))).toEqual(before)
  })
})

test('api-key disable refuses a key with 101 until it is enabled', async () => {
  const { id, api_key } = await makeKey()
  expect((await say('api-key', 'disable', String(id))).status).toBe('inactive')
  expect(await codeOf(api_key)).toBe(101)
  await say('api-key', 'enable', String(id))
  expect(await codeOf(api_key)).toBe(210)
})

test('api-key revoke asks for --yes, and does nothing without', async () => {
  const { id, api_key } = await makeKey()
  const spoken = await installation.cli('api-key', 'revoke', String(id))
  expect(spoken).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining('--yes') })
  expect(await codeOf(api_key)).toBe(210)
})

test('api-key list is filtered, ordered and paged in the database', async () => {
  const small = await startInstallation()
  const names = ['beta', 'alpha', 'gamma', 'alphabet']
  for (const name of names) await small.cli('api-key', 'create', '--name', name, '--can', 'verify')
  const list = async (...args: string[]) => (await small.cli('api-key', 'list', ...args, '--json')).json
  const namesIn = (page: { api_keys: { name: string }[] }) => page.api_keys.map(({ name }) => name)
  expect(namesIn(await list('--name', 'ALPHA', '--sort', '-name'))).toEqual(['alphabet', 'alpha'])
  const first = await list('--sort', 'name', '--limit', '3')
  const rest = await list('--sort', 'name', '--limit', '3', '--after', first.next)
  expect([...namesIn(first), ...namesIn(rest)]).toEqual(['alpha', 'alphabet', 'beta', 'everything', 'gamma'])
  expect(rest.next).toBeNull()
  await small.cli('api-key', 'disable', '2')
  expect(namesIn(await list('--status', 'inactive'))).toEqual(['beta'])
  await small.close()
})

describe('api-key explain', () => {
  const explain = (id: number, ...args: string[]) =>
    say('api-key', 'explain', String(id), '--from', '203.0.113.7', '--capability', 'verify', ...args)

  test('lists every rule in its order, with what it saw', async () => {
    const { id } = await makeKey('--allow-ip', '203.0.113.0/24', '--rate-limit', '60')
    const { rules, answer } = await explain(id, '--identifier', 'pc')
    expect(answer).toBeNull()
    const limit = '60 a minute, nothing to wait for'
    expect(rules.map(({ code, name, observed, holds }: Finding) => [code, name, observed, holds])).toEqual([
      [150, 'address is not blocked', '203.0.113.7', true],
      [9429, 'address does not guess at keys', 'nothing to wait for', true],
      [100, 'API key is known', `API key ${id} "test"`, true],
      [101, 'API key is in force', 'active, ends never', true],
      [103, 'address is allowed', '203.0.113.7, allowed from 203.0.113.0/24', true],
      [102, 'capability is held', 'verify, held: everything', true],
      [9429, 'rate limit of the API key is kept', limit, true],
      [9429, 'rate limit of the address is kept', 'nothing to wait for', true],
      [150, 'device is not blocked', 'pc', true],
    ])
    expect(rules[0].requirement).toBe('The address is not on the blocklist.')
    expect((await explain(id)).rules.at(-1)).toMatchObject({ observed: '', holds: null })
  })

  test('gives the answer that a request gets, whatever the state of key, addresses and device', async () => {
    const [address, device] = ['198.51.100.23', 'explained']
    const state = fc.record({
      isAddressBlocked: fc.boolean(),
      isDeviceBlocked: fc.boolean(),
      status: fc.constantFrom('active', 'disabled', 'revoked'),
      allowed: fc.constantFrom<string[]>([], ['--allow-ip', '10.0.0.0/8'], ['--allow-ip', '198.51.100.0/24']),
      can: fc.constantFrom('verify', 'activate'),
    })
    await fc.assert(
      fc.asyncProperty(state, async ({ isAddressBlocked, isDeviceBlocked, status, allowed, can }) => {
        const made = await say('api-key', 'create', '--name', 'x', '--can', can, ...allowed)
        const blocks: number[] = []
        if (isAddressBlocked) blocks.push((await say('blocklist', 'add', '--ip', address)).id)
        if (isDeviceBlocked) blocks.push((await say('blocklist', 'add', '--identifier', device)).id)
        if (status === 'disabled') await say('api-key', 'disable', String(made.id))
        if (status === 'revoked') await say('api-key', 'revoke', String(made.id), '--yes')
        const asking = { key: made.api_key, headers: { 'x-forwarded-for': address } }
        const { code } = await installation.ask('POST /api/v1/verify', { identifier: device }, asking)
        const asked = ['--from', address, '--capability', 'verify', '--identifier', device]
        const { answer, rules } = await say('api-key', 'explain', String(made.id), ...asked)
        for (const id of blocks) await say('blocklist', 'remove', String(id))
        expect(answer?.code ?? 210).toBe(code)
        expect(rules.find(({ holds }: Finding) => holds === false)?.code).toBe(answer?.code)
      }),
      { numRuns: 20 },
    )
  })

  test.each([
    [['999', '--from', '192.0.2.1', '--capability', 'verify'], 1, 'no API key 999'],
    [['1', '--from', 'somewhere', '--capability', 'verify'], 2, 'no address'],
    [['1', '--from', '192.0.2.1', '--capability', 'fly'], 2, 'fly'],
    [['1', '--capability', 'verify'], 2, '--from'],
  ])('with %j says what is wrong', async (args, exitCode, err) => {
    expect(await installation.cli('api-key', 'explain', ...args)).toMatchObject({
      exitCode,
      out: '',
      err: expect.stringContaining(err),
    })
  })
})
