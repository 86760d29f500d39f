import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { startServer } from '../../src/worker/server'
import { freshFolder, speak } from '../support/installation'

const env = { LATCHKEY_DATA_DIR: freshFolder() }
let installation: Awaited<ReturnType<typeof openInstallation>>
let server: Awaited<ReturnType<typeof startServer>>

beforeAll(async () => {
  installation = await openInstallation({ config: readConfig({}, env), asServer: true, keySize: 2048 })
  server = await startServer(installation, '127.0.0.1', 0)
})
afterAll(async () => {
  await server.stop()
  await installation.close()
  rmSync(join(env.LATCHKEY_DATA_DIR, '..'), { recursive: true })
})

test('a client whose answers need a signature of their own is turned away when too many wait', async () => {
  const keyOf = async (dialect: string) => {
    const named = ['api-key', 'create', '--name', dialect, '--preset', 'client', '--dialect', dialect, '--json']
    return (await speak(named, env)).json.api_key as string
  }
  const [forSdk, standard] = [await keyOf('sdk'), await keyOf('standard')]
  const verify = async (key: string) => {
    const answer = await fetch(`${server.url}/v1/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: new URLSearchParams({ license_key: 'unknown', identifier: 'pc' }),
    })
    return { status: answer.status, told: answer.headers.get('retry-after'), envelope: await answer.json() }
  }
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const waiting = Array.from({ length: 4200 }, () =>
    installation.signatures.run({ network: '198.51.100.0', subject: 'other' }, () => released),
  )
  const [refused, answered] = await Promise.all([verify(forSdk), verify(standard)]).finally(release)
  await Promise.all(waiting)
  // The SDKs wait as long as `retry_after` says, which must be a number of the top level.
  expect(refused).toMatchObject({ status: 429, told: '5', envelope: { code: 9429, success: false, valid: false } })
  expect((refused.envelope as { retry_after: unknown }).retry_after).toBe(5)
  expect(answered.status).toBe(200)
  expect((await verify(forSdk)).envelope).toMatchObject({ code: 210 })
})
