import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { startServer } from '../../src/worker/server'
import { speak, urlFrom } from '../support/installation'
import { tell } from '../support/operator'

test('a change whose server died between commit and answer is not made again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-dying-'))
  const env = { LATCHKEY_DATA_DIR: folder }
  await speak(['init', '--bits', '2048'], env)
  await speak(['user', 'create', '--name', 'ada', '--role', 'owner'], env)
  const { token } = (await speak(['user', 'tokens', 'create', 'ada', '--name', 'test', '--json'], env)).json
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../support/dying-server.ts'), folder], {
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const make = (url: string) =>
    tell({ url }, 'POST /products', { name: 'App' }, { token, headers: { 'idempotency-key': 'app' } })
  expect(make(await urlFrom(child.stderr))).rejects.toThrow()
  await child.exited

  const installation = await openInstallation({ config: readConfig({ data_dir: folder }, {}), asServer: true })
  const server = await startServer(installation, '127.0.0.1', 0)
  const repeated = await make(server.url)
  expect([repeated.status, repeated.body.error.remedies[0].operation]).toEqual([409, 'audit list'])
  const { products } = (await tell(server, 'GET /products', {}, { token })).body
  expect(products.map(({ name }: { name: string }) => name)).toEqual(['App'])
  await server.stop()
  await installation.close()
})
