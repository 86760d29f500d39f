import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'

let installation: TestInstallation
let other: TestInstallation
beforeAll(async () => {
  ;[installation, other] = await Promise.all([startInstallation(), startInstallation()])
})
afterAll(async () => {
  await installation.close()
  await other.close()
})

const portOf = ({ url }: TestInstallation) => new URL(url).port

test('health names the server that is ready', async () => {
  const { exitCode, out } = await installation.cli(
    'health',
    '--port',
    portOf(installation),
    '--data-dir',
    installation.folder,
  )
  expect([exitCode, out]).toEqual([0, `The server on http://127.0.0.1:${portOf(installation)} is ready.\n`])
})

test('health refuses the server of another data folder, when one is named', async () => {
  const { exitCode, err } = await installation.cli('health', '--port', portOf(other), '--data-dir', installation.folder)
  expect(exitCode).toBe(1)
  expect(err).toContain(`works on another data folder than ${installation.folder}`)
})

test('health explains its own options', async () => {
  const { out } = await installation.cli('health', '--help')
  expect(out).toContain('the port the server listens on')
  expect(out).not.toContain('SIGHUP')
})
