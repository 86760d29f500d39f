import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'

let house: TestHouse
let other: TestHouse
beforeAll(async () => {
  ;[house, other] = await Promise.all([startHouse(), startHouse()])
})
afterAll(async () => {
  await house.close()
  await other.close()
})

const portOf = ({ url }: TestHouse) => new URL(url).port

test('health names the server that is ready', async () => {
  const { exitCode, out } = await house.cli('health', '--port', portOf(house), '--data-dir', house.folder)
  expect([exitCode, out]).toEqual([0, `The server on http://127.0.0.1:${portOf(house)} is ready.\n`])
})

test('health refuses the server of another data folder, when one is named', async () => {
  const { exitCode, err } = await house.cli('health', '--port', portOf(other), '--data-dir', house.folder)
  expect(exitCode).toBe(1)
  expect(err).toContain(`works on another data folder than ${house.folder}`)
})

test('health explains its own options', async () => {
  const { out } = await house.cli('health', '--help')
  expect(out).toContain('the port the server listens on')
  expect(out).not.toContain('SIGHUP')
})
