import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { responseProblemOf } from '../../src/signing/check'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { makeActiveLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let sdkKey: string
beforeAll(async () => {
  installation = await startInstallation()
  const made = ['api-key', 'create', '--name', 'sdk', '--preset', 'client', '--dialect', 'sdk', '--json']
  sdkKey = (await installation.cli(...made)).json.api_key
})
afterAll(() => installation.close())

/** Makes a signing key that the server has not used yet, and damages it. */
async function damageNewKey(command: 'generate' | 'rotate', ...options: string[]) {
  const made = await installation.cli('key', command, ...options, '--bits', '2048', '--yes', '--json')
  const database = openRaw(installation.folder)
  const spoil = 'update signing_keys set sealed_private = zeroblob(length(sealed_private)) where id = ?'
  database.query(spoil).run(made.json.key_id)
  database.close()
}

async function ask(path: string, fields: object, key = installation.apiKey) {
  const answer = await fetch(installation.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })
  const text = await answer.text()
  return { status: answer.status, retryAfter: Number(answer.headers.get('retry-after')), text, json: JSON.parse(text) }
}

describe('a signing key that is damaged', () => {
  test('stops its own product; the answer that says so is signed by the global key', async () => {
    const [damaged, whole] = [await makeProduct(installation), await makeProduct(installation)]
    await damageNewKey('generate', '--product', String(damaged))
    const [{ public_key: globalKey }] = (await installation.cli('key', 'show', '--json')).json.keys
    const verify = async (product_id: number, fields: object) => {
      const license_key = await makeActiveLicense(installation, { product_id }, 'a device')
      return ask('/api/v1/verify', { license_key, identifier: 'a device', ...fields })
    }

    for (const fields of [{}, { nonce: 'n'.repeat(16) }]) {
      const refused = await verify(damaged, fields)
      expect(refused).toMatchObject({ status: 503, json: { response: { code: 9503 }, private_key_used: 'global' } })
      expect(refused.retryAfter).toBeGreaterThan(0)
      expect(responseProblemOf(refused.text, globalKey)).toBeUndefined()
      expect((await verify(whole, fields)).status).toBe(200)
    }
  })

  test('leaves answers unsigned if it is the global one, and says so', async () => {
    await damageNewKey('rotate', '--overlap', '0')
    const refused = await ask('/api/v1/verify', {})
    expect(refused).toMatchObject({
      status: 503,
      json: { response: { code: 9503 }, private_key_used: 'global', signature: 'Private key not set' },
    })
    expect(Buffer.from(refused.json.response_base64, 'base64').toString()).toContain('"code":9503')
    const ready = await fetch(`${installation.url}/readyz`)
    expect(ready.status).toBe(503)
    const inDialect = await ask('/api/v1/validate-license', { license_key: 'x' }, sdkKey)
    expect(inDialect.status).toBe(503)
    expect(inDialect.text).not.toContain('"success":true')
  })
})

test('keys that cannot be read leave answers unsigned, and they can be parsed all the same', async () => {
  const database = openRaw(installation.folder)
  const move = "update installation set value = value || '+' where key = 'access_epoch'"
  database.run('alter table signing_keys rename to hidden_keys')
  database.run(move)
  try {
    for (const fields of [{}, { nonce: 'n'.repeat(16) }]) {
      const refused = await ask('/api/v1/verify', fields)
      expect(refused).toMatchObject({
        status: 500,
        json: { response: { code: 9500 }, private_key_used: 'global', signature: 'Private key not set' },
      })
      const response = JSON.parse(Buffer.from(refused.json.response_base64, 'base64').toString())
      expect(response).toEqual(refused.json.response)
    }
  } finally {
    database.run('alter table hidden_keys rename to signing_keys')
    database.run(move)
    database.close()
  }
})
