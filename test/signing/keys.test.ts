import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { responseProblemOf } from '../../src/signing/check'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const verify = async () => (await fetch(`${installation.url}/api/v1/verify`, { method: 'POST' })).text()
const keysShown = async () => (await installation.cli('key', 'show', '--json')).json.keys

describe('a key put in place beside the running server', () => {
  test('signs the very next answer; the one before it stays visible', async () => {
    const [before] = await keysShown()
    expect(responseProblemOf(await verify(), before.public_key)).toBeUndefined()
    const rotated = await installation.cli('key', 'rotate', '--overlap', '0', '--yes', '--bits', '2048', '--json')
    const text = await verify()
    expect(responseProblemOf(text, rotated.json.public_key)).toBeUndefined()
    expect(responseProblemOf(text, before.public_key)).toBeDefined()
    const [current, retired] = await keysShown()
    expect(current).toMatchObject({ key_id: rotated.json.key_id, retired_at: null })
    expect(retired).toMatchObject({ key_id: before.key_id, public_key: before.public_key })
    expect(retired.retired_at).not.toBeNull()
  })
})

describe('without any key', () => {
  test('answers are given unsigned and say so, and the server is not ready', async () => {
    const database = openRaw(installation.folder)
    database.run('delete from signing_keys')
    database.close()
    const envelope = JSON.parse(await verify())
    expect(envelope).toMatchObject({
      response: { code: 100 },
      private_key_used: 'global',
      signature: 'Private key not set',
    })
    const signed = JSON.parse(Buffer.from(envelope.response_base64, 'base64').toString())
    expect(signed).toEqual(envelope.response)
    const ready = await fetch(`${installation.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.text()).toContain('latchkey init')
    expect((await fetch(`${installation.url}/healthz`)).status).toBe(200)

    const made = await installation.cli('init', '--bits', '2048', '--json')
    expect(responseProblemOf(await verify(), made.json.public_key)).toBeUndefined()
    expect((await fetch(`${installation.url}/readyz`)).status).toBe(200)
  })
})
