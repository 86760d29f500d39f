import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { binary, spawnBinary, urlFrom } from '../support/installation'
import { emptyFolder, prepared } from '../support/process'
import { openRaw } from '../support/raw'
import { secretFile } from '../support/secret-file'

const secrets = {
  license: 'LICENSE-9QX7-2MKD-55TZ',
  other: 'LICENSE-3FFG-8WNP-77QA',
  unknown: 'LICENSE-NOBODY-KNOWS-IT',
  contract: 'CONTRACT-4711-VERY-SECRET',
  envato: 'envato-token-1b6f0c9e',
  identifier: 'device-of-a-customer',
  email: 'ada@customer.example',
}

let folder: ReturnType<typeof emptyFolder>
let child: Bun.Subprocess<'ignore', 'pipe', 'pipe'>
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => {
  child?.kill('SIGKILL')
  folder.remove()
})

/** Runs the server with its log on; all that it says, on both streams, once it has ended. */
async function serve(env: Record<string, string>) {
  const args = [binary!, 'serve', '--port', '0', '--log', 'json']
  child = Bun.spawn(args, { cwd: folder.path, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [forUrl, errors] = child.stderr.tee()
  const said = [new Response(child.stdout).text(), new Response(errors).text()]
  const url = await urlFrom(forUrl)
  return {
    url,
    async end() {
      child.kill('SIGTERM')
      await child.exited
      const [out, err] = await Promise.all(said)
      return {
        lines: out!
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
        all: out! + err!,
      }
    },
  }
}

/** A client that shows its API key and hands in fields. */
const client = (url: string, apiKey: string) => async (path: string, fields: Record<string, unknown> | string) => {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: typeof fields === 'string' ? fields : JSON.stringify(fields),
  })
  return ((await answer.json()) as { response: Record<string, unknown> }).response
}

const leaked = (text: string, used: Record<string, string>) =>
  Object.entries(used).flatMap(([name, value]) => (text.includes(value) ? [name] : []))

describe.skipIf(!binary)('the log of a server', () => {
  test('has a line for each request of a story, and none of the secrets that were used', async () => {
    const { apiKey } = await prepared(folder.path)
    const server = await serve({ LATCHKEY_ENVATO_TOKEN: secrets.envato, LATCHKEY_ENVATO_URL: 'http://127.0.0.1:9' })
    const ask = client(server.url, apiKey)
    const { license, other, unknown, contract, identifier, email } = secrets
    const kind = { source: 'internal', name: 'n', description: 'd', require_non_expired: 0, status: 'active' }
    const { product_id } = await ask('create-product', kind)
    const terms = { product_id, activation_limit: 1, validity: 0, status: 'available' }
    await ask('create-license-keys', { ...terms, license_keys: [license, other] })
    await ask('assign-license-key', { license_key: license, owner_name: 'Ada', owner_email: email })
    const device = { license_key: license, identifier }
    for (const path of ['activate', 'verify', 'get-license-key-details', 'access-downloadables', 'deactivate']) {
      await ask(path, device)
    }
    await ask('verify', { license_key: unknown, identifier })
    await ask('verify', { license_key: '8d6a2f1c-58a1-4c3e-9d4b-0f6c7a1b2c3d', identifier })
    await ask('create-contract', { product_id, contract_key: contract, contract_name: 'c', license_keys_quantity: 5 })
    await fetch(`${server.url}/api/v1/get-all-products?api_key=${apiKey}`)
    await fetch(`${server.url}/api/v1/contracts/get-info?contract_key=${contract}`)
    await fetch(`${server.url}/api/v1/licenses/${license}/features/colour?api_key=${apiKey}`)
    await fetch(`${server.url}/api/v1/licenses/${license}/${identifier}/nothing`)
    await fetch(`${server.url}/api/v1/download/token/${license}/${identifier}/1`)
    await ask('verify', `{"license_key": "${license}", `)
    const { lines, all } = await server.end()
    const requests = lines.filter((line) => 'route' in line)
    expect(requests).toHaveLength(17)
    for (const request of requests) {
      expect(request).toMatchObject({ method: expect.any(String), status: expect.any(Number), address: '127.0.0.1' })
    }
    expect(requests).toContainEqual(expect.objectContaining({ route: '/api/v1/licenses/…', status: 404 }))
    expect(lines).toContainEqual(expect.objectContaining({ event: 'the Envato market cannot be asked' }))
    expect(leaked(all, { ...secrets, apiKey })).toEqual([])
  })

  test('tells a fault of ours, and still none of the secrets it was met with', async () => {
    const { apiKey } = await prepared(folder.path)
    const server = await serve({})
    const ask = client(server.url, apiKey)
    const { license, identifier, email } = secrets
    const vandal = openRaw(join(folder.path, 'data'))
    vandal.run('alter table licenses rename to licenses_gone')
    vandal.close()
    const device = { license_key: license, identifier }
    const told = [
      await ask('verify', device),
      await ask('activate', device),
      await ask('assign-license-key', { license_key: license, owner_name: 'Ada', owner_email: email }),
      await ask('get-license-key-details', device),
    ]
    expect(told).toEqual(told.map(() => expect.objectContaining({ code: 9500 })))
    const { all } = await server.end()
    expect(all).toContain('licenses')
    expect(leaked(all, { ...secrets, apiKey })).toEqual([])
    expect(leaked(JSON.stringify(told), secrets)).toEqual([])
  })
})

test.skipIf(!binary)('a command that fails tells no secret it was given', async () => {
  const { apiKey } = await prepared(folder.path)
  const again = await spawnBinary(
    ['api-key', 'create', '--name', 'x', '--preset', 'all', '--import-file', secretFile(apiKey)],
    {},
    folder.path,
  )
  expect(again.exitCode).toBe(1)
  expect(again.out + again.err).not.toContain(apiKey)
})
