import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { speakTo } from '../support/installation'
import { emptyFolder } from '../support/process'

setDefaultTimeout(60_000)

const folder = emptyFolder()
afterAll(folder.remove)
const data = join(folder.path, 'data')

function written(name: string, content: string) {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}
const imported = (path: string, ...args: string[]) =>
  speakTo(data, 'import', path, '--create-products', '--default', 'product=p', '--yes', ...args)
const terms = 'activation_limit,validity,status'

test('an import whose columns are refused makes no data folder', async () => {
  const unknown = written('keys.csv', `license_key,colour,${terms}\nK-1,blue,1,0,available\n`)
  expect(await imported(unknown, '--table', 'licenses')).toMatchObject({
    exitCode: expect.any(Number),
    err: expect.stringContaining('colour'),
  })
  expect(existsSync(data)).toBeFalse()
  const lacking = await imported(unknown, '--table', 'licenses', '--map', 'shade=owner_name')
  expect(lacking).toMatchObject({ exitCode: 2, err: expect.stringContaining('"shade"') })
  expect(existsSync(data)).toBeFalse()
})

test('an entry of a mapping file that is about no file that is imported stops the import', async () => {
  const file = written('keys.csv', `license_key,${terms}\nK-1,1,0,available\n`)
  const mapping = written('mapping.json', JSON.stringify({ license_keyz: { columns: { code: 'license_key' } } }))
  const { exitCode, err } = await imported(file, '--table', 'licenses', '--mapping', mapping)
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('"license_keyz"') })
  expect(err).toContain('name it keys or licenses')
  expect(existsSync(data)).toBeFalse()
})

test('a line of very many delimiters is refused with its number, before it fills the memory', async () => {
  const wide = written('licenses.csv', `license_key,${terms}\nK-1,1,0,available\n${','.repeat(3_000_000)}\n`)
  const { exitCode, err } = await imported(wide)
  expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringContaining('line 3') })
  expect(err).toContain('more than 100000 delimiters')
})
