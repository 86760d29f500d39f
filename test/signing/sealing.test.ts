import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSealer, readSealer } from '../../src/signing/sealing'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-sealing-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a sealing key is whole from the moment it is there, whenever its maker is killed', async () => {
  for (let i = 0; i < 20; i++) {
    const path = join(folder, `${i}.key`)
    let isMade = false
    const making = createSealer(path).finally(() => {
      isMade = true
    })
    let firstSeen: string | undefined
    while (!isMade) {
      if (firstSeen === undefined && existsSync(path)) firstSeen = readFileSync(path, 'utf8')
      await new Promise((resume) => setImmediate(resume))
    }
    expect(firstSeen ?? readFileSync(path, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    expect(readSealer(path)?.fingerprint).toBe((await making).fingerprint)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  }
  expect(readdirSync(folder)).toHaveLength(20)
})
