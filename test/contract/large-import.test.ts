import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EmptyInstallation, emptyInstallation } from '../support/empty-installation'
import { binary } from '../support/installation'
import { openRaw } from '../support/raw'
import { root } from '../support/readme'

let installation: EmptyInstallation
beforeEach(async () => {
  installation = await emptyInstallation()
})
afterEach(() => installation.remove())

// The executable is asked for the number of the promise; from source a third shows the same.
const many = binary ? 100_000 : 30_000
const sound = 20_000

const header = 'license_key,product,activation_limit,validity'
const rows = (count: number) => Array.from({ length: count }, (_, i) => `KEY-${i + 1},App,3,365\n`).join('')

/** How many licences there are, as another process sees it. */
function count() {
  const raw = openRaw(installation.folder, { readonly: true })
  try {
    return (raw.query('select count(*) as n from licenses').get() as { n: number }).n
  } finally {
    raw.close()
  }
}

describe('a large import', () => {
  test(`takes ${many} lines, and skips all of them the second time`, async () => {
    const path = installation.file('keys.csv', `${header}\n${rows(many)}`)
    const first = await installation.cli('import', path, '--yes', '--create-products', '--json')
    expect(first.json).toMatchObject({ lines: many, made: many, already_there: 0, refused: 0 })
    expect(count()).toBe(many)
    const second = await installation.cli('import', path, '--yes', '--create-products', '--json')
    expect(second.json).toMatchObject({ lines: many, made: 0, already_there: many, refused: 0, refused_to: [] })
  }, 120_000)

  test(`that meets a broken quote in line ${sound + 1} keeps whole ten thousands, says so, and goes on when it is mended`, async () => {
    const path = installation.file(
      'keys.csv',
      `${header}\n${rows(sound - 1)}KEY-${sound},"App,3,365\nKEY-${sound + 1},App,3,365\n`,
    )
    const { exitCode, err } = await installation.cli('import', path, '--yes', '--create-products')
    expect(exitCode).toBe(1)
    expect(err).toContain(`the record that begins in line ${sound + 1} of ${path} has a quote that is out of place`)
    expect(err).toContain(`${sound - 10_000} lines before it were read, 10000 in one write`)
    expect(count()).toBe(sound - 10_000)
    const mended = installation.file('keys.csv', `${header}\n${rows(sound)}`)
    const again = await installation.cli('import', mended, '--yes', '--json')
    expect(again.json).toMatchObject({ lines: sound, made: 10_000, already_there: sound - 10_000 })
  }, 120_000)

  test('that is killed on its way is simply run again', async () => {
    const path = installation.file('keys.csv', `${header}\n${rows(60_000)}`)
    const words = ['import', path, '--yes', '--create-products']
    const program = binary ? [binary] : [process.execPath, join(root, 'src/main.ts')]
    const child = Bun.spawn([...program, ...words], {
      env: { LATCHKEY_DATA_DIR: installation.folder },
      stdout: 'ignore',
      stderr: 'ignore',
    })
    while (count() === 0 && child.exitCode === null) await Bun.sleep(5)
    child.kill('SIGKILL')
    await child.exited
    const kept = count()
    expect(kept).toBeGreaterThan(0)
    expect(kept % 10_000).toBe(0)
    const again = await installation.cli(...words, '--json')
    expect(again.json).toMatchObject({ lines: 60_000, made: 60_000 - kept, already_there: kept, refused: 0 })
    expect(count()).toBe(60_000)
  }, 120_000)

  test('leaves nothing of a dry run behind, nor of one that was killed before it', async () => {
    const path = installation.file('keys.csv', `${header}\n${rows(1000)}`)
    for (const suffix of ['', '-wal'])
      writeFileSync(join(installation.folder, `dry-run-${2 ** 30}.db${suffix}`), 'of a killed one')
    const { json } = await installation.cli('import', path, '--dry-run', '--create-products', '--json')
    expect(json).toMatchObject({ lines: 1000, made: 1000 })
    expect(count()).toBe(0)
    expect([...new Bun.Glob('{dry-run,rehearsal}*').scanSync(installation.folder)]).toEqual([])
    expect(existsSync(installation.path('keys.refused.csv'))).toBe(false)
  })
})
