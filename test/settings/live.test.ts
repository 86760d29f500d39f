import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { type Installation, openInstallation } from '../../src/installation'
import { liveConfig, settingsOfLastRead } from '../../src/settings/live'
import { storeSetting } from '../../src/settings/service'
import { openAddressGuard } from '../../src/webhooks/address'
import { startInstallation } from '../support/installation'
import { openRaw } from '../support/raw'

let folder: string
let installations: Installation[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-settings-'))
  installations = []
})
afterEach(async () => {
  for (const installation of installations) await installation.close()
  rmSync(folder, { recursive: true })
})

async function open(flags: Parameters<typeof readConfig>[0] = {}) {
  const config = readConfig({ data_dir: folder, ...flags }, {})
  const installation = await openInstallation({ config, makesFolder: true, keySize: 2048 })
  installations.push(installation)
  return installation
}

const store = (
  { db, config, sealer, clock }: Installation,
  name: Parameters<typeof storeSetting>[1]['name'],
  text: string,
) => db.write((tx) => storeSetting(tx, { name, text }, { config, sealer, now: clock() }))

test('what one process stores, another reads, sealed values too', async () => {
  const [server, command] = [await open(), await open()]
  await store(command, 'envato_token', 'a-token')
  await store(command, 'keep_calls', '0')
  expect(server.config).toMatchObject({ envato_token: 'a-token', keep_calls: 0 })
})

test('a flag goes before what is stored', async () => {
  const server = await open({ base_url: 'https://a.example' })
  await store(server, 'base_url', 'https://b.example')
  expect(server.config.base_url).toBe('https://a.example')
})

test('a list stays the same list until something changes, so that what is made of it can be kept', async () => {
  const server = await open()
  await store(server, 'trusted_proxies', '10.0.0.1, 10.0.0.2')
  const before = server.config.trusted_proxies
  expect(before).toEqual(['10.0.0.1', '10.0.0.2'])
  expect(server.config.trusted_proxies).toBe(before)
  await store(server, 'trusted_proxies', '10.0.0.3')
  expect(server.config.trusted_proxies).toEqual(['10.0.0.3'])
})

test('where webhooks may go follows, without another guard', async () => {
  const server = await open()
  const guard = openAddressGuard(server.config)
  const addresses = () => guard.addressesOf(new URL('http://10.1.2.3/')).catch(({ message }: Error) => message)
  expect(await addresses()).toContain('private')
  await store(server, 'webhook_allow_list', '10.1.0.0/16')
  expect(await addresses()).toEqual(['10.1.2.3'])
})

test('a stored value that cannot be read counts as none', async () => {
  const server = await open()
  await store(server, 'envato_token', 'a-token')
  const other = await open()
  await other.db.write((tx) =>
    storeSetting(tx, { name: 'envato_token', text: 'b' }, { ...other, sealer: foreign(other), now: other.clock() }),
  )
  expect(server.config.envato_token).toBe('')
})

/** A sealer whose seals this installation cannot open. */
const foreign = ({ sealer }: Installation) => ({
  ...sealer,
  seal: (secret: Buffer, purpose: string) => Buffer.concat([sealer.seal(secret, purpose), Buffer.from('x')]),
})

test('what every answer needs is read as it was last, when the stored settings cannot be read any more', async () => {
  const given = readConfig({ data_dir: folder }, {})
  let isBroken = false
  const stored = new Map([['trusted_proxies', '10.0.0.1']])
  const storedSettings = () => {
    if (isBroken) throw new Error('database disk image is malformed')
    return stored
  }
  const live = liveConfig(given, { storedSettings }, {} as Parameters<typeof liveConfig>[2])
  const held = settingsOfLastRead(live, given)
  expect(held.trusted_proxies).toEqual(['10.0.0.1'])
  isBroken = true
  expect(() => live.trusted_proxies).toThrow()
  expect(held.trusted_proxies).toEqual(['10.0.0.1'])
  expect(held.cors_origins).toEqual([])
})

test('an answer that says so leaves when the table of settings is gone, signed, and readable for pages that may', async () => {
  const installation = await startInstallation()
  await installation.cli('setting', 'set', 'cors_origins', 'https://app.example.com')
  const headers = { origin: 'https://app.example.com' }
  const ask = () => installation.ask('POST /api/v1/verify', { license_key: 'none', identifier: 'd' }, { headers })
  expect((await ask()).headers.get('access-control-allow-origin')).toBe(headers.origin)
  const db = openRaw(installation.folder)
  db.run('alter table settings rename to gone')
  db.run("update installation set value = value || '1' where key = 'access_epoch'")
  db.close()
  const answer = await ask()
  expect([9500, 9503]).toContain(Number(answer.code))
  expect(answer.headers.get('access-control-allow-origin')).toBe(headers.origin)
  const back = openRaw(installation.folder)
  back.run('alter table gone rename to settings')
  back.close()
  await installation.close()
})
