import { afterAll, beforeAll, expect, test } from 'bun:test'
import { speak, startInstallation, type TestInstallation } from '../support/installation'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const ask = (port: string, host = '127.0.0.1') => speak(['health', '--host', host, '--port', port])

test('health is exit 0 while a server is ready', async () => {
  const { port } = new URL(installation.url)
  expect(await ask(port)).toMatchObject({
    exitCode: 0,
    out: `The server on http://127.0.0.1:${port} is ready.\n`,
    err: '',
  })
})

test('health finds a server that listens on every address', async () => {
  const { port } = new URL(installation.url)
  expect(await ask(port, '0.0.0.0')).toMatchObject({ exitCode: 0 })
})

test('health is exit 1 where a server says that it is not ready', async () => {
  const sick = Bun.serve({ port: 0, fetch: () => Response.json({ status: 'no signing key' }, { status: 503 }) })
  const { exitCode, out, err } = await ask(String(sick.port))
  await sick.stop(true)
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' })
  expect(err).toContain('no signing key')
})

test('health is exit 1 where nothing listens, and says what to do', async () => {
  const gone = Bun.serve({ port: 0, fetch: () => new Response() })
  await gone.stop(true)
  const { exitCode, err } = await ask(String(gone.port))
  expect(exitCode).toBe(1)
  expect(err).toContain('start the server')
})
