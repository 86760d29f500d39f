import { expect, test } from 'bun:test'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, spawnBinary, speak } from '../support/installation'

test('bench says what its numbers may be', async () => {
  for (const wrong of [
    ['--keys', '0'],
    ['--rounds', 'many'],
    ['--seconds', '1.5'],
  ]) {
    const { exitCode, err } = await speak(['bench', ...wrong])
    expect(exitCode).toBe(2)
    expect(err).toContain(`${wrong[0]} takes a whole number from 1 to`)
  }
})

test.skipIf(!binary)(
  'bench measures a server of its own and leaves nothing behind',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-test-'))
    const args = ['bench', '--keys', '50', '--rounds', '1', '--seconds', '1', '--json']
    const { exitCode, json } = await spawnBinary(args, { TMPDIR: folder }, folder)
    expect(exitCode).toBe(0)
    const rounds = { ours: [{ failures: 0 }], theirs: [{ failures: 0 }] }
    expect(json.rows).toMatchObject([
      { work: 'verify', rounds },
      { work: 'verify with a fresh nonce, ES256', rounds },
      { work: 'answers that are all different, signed anew' },
      { work: 'the same, ES256', rounds },
      { work: 'activate, each on disk before its answer' },
    ])
    expect(json.conditions).toMatchObject({ keys: 50, rounds: 1, seconds: 1 })
    expect(readdirSync(folder)).toEqual([])
  },
  120_000,
)
