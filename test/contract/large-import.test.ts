import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EmptyHouse, emptyHouse } from '../support/empty-house'
import { binary } from '../support/house'
import { openRaw } from '../support/raw'
import { root } from '../support/readme'

let house: EmptyHouse
beforeEach(async () => {
  house = await emptyHouse()
})
afterEach(() => house.remove())

const header = 'license_key,product,activation_limit,validity'
const rows = (count: number) => Array.from({ length: count }, (_, i) => `KEY-${i + 1},App,3,365\n`).join('')

/** How many licences there are, as another process sees it. */
function count() {
  const raw = openRaw(house.folder, { readonly: true })
  try {
    return (raw.query('select count(*) as n from licenses').get() as { n: number }).n
  } finally {
    raw.close()
  }
}

describe('a large import', () => {
  test('takes 100,000 lines, and skips all of them the second time', async () => {
    const path = house.file('keys.csv', `${header}\n${rows(100_000)}`)
    const first = await house.cli('import', path, '--yes', '--create-products', '--json')
    expect(first.json).toMatchObject({ lines: 100_000, made: 100_000, already_there: 0, refused: 0 })
    expect(count()).toBe(100_000)
    const second = await house.cli('import', path, '--yes', '--create-products', '--json')
    expect(second.json).toMatchObject({ lines: 100_000, made: 0, already_there: 100_000, refused: 0, refused_to: [] })
  }, 120_000)

  test('that meets a broken quote in line 70,001 keeps whole ten thousands, says so, and goes on when it is mended', async () => {
    const path = house.file('keys.csv', `${header}\n${rows(69_999)}KEY-70000,"App,3,365\nKEY-70001,App,3,365\n`)
    const { exitCode, err } = await house.cli('import', path, '--yes', '--create-products')
    expect(exitCode).toBe(1)
    expect(err).toContain(`the record that begins in line 70001 of ${path} has a quote that is out of place`)
    expect(err).toContain('60000 lines before it were read, 10000 in one write')
    expect(count()).toBe(60_000)
    const mended = house.file('keys.csv', `${header}\n${rows(70_000)}`)
    const again = await house.cli('import', mended, '--yes', '--json')
    expect(again.json).toMatchObject({ lines: 70_000, made: 10_000, already_there: 60_000 })
  }, 120_000)

  test('that is killed on its way is simply run again', async () => {
    const path = house.file('keys.csv', `${header}\n${rows(60_000)}`)
    const words = ['import', path, '--yes', '--create-products']
    const program = binary ? [binary] : [process.execPath, join(root, 'src/main.ts')]
    const child = Bun.spawn([...program, ...words], {
      env: { LATCHKEY_DATA_DIR: house.folder },
      stdout: 'ignore',
      stderr: 'ignore',
    })
    while (count() === 0 && child.exitCode === null) await Bun.sleep(5)
    child.kill('SIGKILL')
    await child.exited
    const kept = count()
    expect(kept).toBeGreaterThan(0)
    expect(kept % 10_000).toBe(0)
    const again = await house.cli(...words, '--json')
    expect(again.json).toMatchObject({ lines: 60_000, made: 60_000 - kept, already_there: kept, refused: 0 })
    expect(count()).toBe(60_000)
  }, 120_000)

  test('leaves nothing of a dry run behind, nor of one that was killed before it', async () => {
    const path = house.file('keys.csv', `${header}\n${rows(1000)}`)
    for (const suffix of ['', '-wal'])
      writeFileSync(join(house.folder, `rehearsal-${2 ** 30}.db${suffix}`), 'of a killed one')
    const { json } = await house.cli('import', path, '--dry-run', '--create-products', '--json')
    expect(json).toMatchObject({ lines: 1000, made: 1000 })
    expect(count()).toBe(0)
    expect([...new Bun.Glob('rehearsal*').scanSync(house.folder)]).toEqual([])
    expect(existsSync(house.path('keys.refused.csv'))).toBe(false)
  })
})
