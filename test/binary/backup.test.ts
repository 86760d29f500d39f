import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary, spawnBinary } from '../support/installation'
import { emptyFolder, prepared } from '../support/process'
import { until } from '../support/wait'

const onBinary = test.skipIf(!binary)
let folder: ReturnType<typeof emptyFolder>
beforeAll(async () => {
  folder = emptyFolder()
  if (binary) await prepared(folder.path)
})
afterAll(() => folder.remove())

onBinary('a backup that is killed leaves nothing of its name, and the next one is good', async () => {
  writeFileSync(join(folder.path, 'passphrase'), 'open sesame')
  const args = ['backup', 'backups/one.tar.gz', '--passphrase-file', 'passphrase']
  const child = Bun.spawn([binary!, ...args], { cwd: folder.path, env: {}, stdout: 'ignore', stderr: 'ignore' })
  await until('its beginning', () => existsSync(join(folder.path, 'backups')))
  child.kill('SIGKILL')
  await child.exited
  expect(readdirSync(join(folder.path, 'backups')).filter((name) => !name.startsWith('.unfinished'))).toEqual([])
  expect((await spawnBinary(args, {}, folder.path)).exitCode).toBe(0)
  const { exitCode, out } = await spawnBinary(
    ['restore', 'backups/one.tar.gz', '--data-dir', 'new', '--passphrase-file', 'passphrase'],
    {},
    folder.path,
  )
  expect({ exitCode, out }).toMatchObject({ exitCode: 0, out: expect.stringContaining('is restored') })
})
