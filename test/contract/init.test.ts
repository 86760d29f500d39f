import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { binary, spawnBinary, speak } from '../support/installation'
import { emptyFolder } from '../support/process'
import { atTerminal, breakOff, down, enter } from '../support/terminal'

let folder: ReturnType<typeof emptyFolder>
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => folder.remove())

const data = () => join(folder.path, 'data')
const command = (...args: string[]) => (binary ? spawnBinary : speak)(args, { LATCHKEY_DATA_DIR: data() })

const size = 'How large'
const product = 'first product called'
const apiKey = 'first API key do'

describe('init at a terminal', () => {
  test('asks for the few choices that matter and ends in what to paste', async () => {
    const { exitCode, shown } = await atTerminal(['init'], folder.path, [
      [size, down + down + enter],
      [product, `Zwölf Äpfel${enter}`],
      [apiKey, enter],
    ])
    expect({ exitCode, shown }).toMatchObject({ exitCode: 0 })
    const [, token] = /^(lk_\S+)$/m.exec(shown)!
    expect(shown).toContain('(RSA-2048)')
    expect(shown).toContain('Made product 1, "Zwölf Äpfel", with the slug zwolf-apfel.')
    expect(shown).toContain(`create-license-keys -H "Authorization: Bearer ${token}" -d product_id=1 -d license_keys=`)
    expect((await command('product', 'list', '--json')).json.products).toMatchObject([
      { id: 1, name: 'Zwölf Äpfel', slug: 'zwolf-apfel', description: '' },
    ])
    const { json } = await command('api-key', 'list', '--json')
    expect(json.api_keys).toMatchObject([{ name: 'first', prefix: token!.slice(0, 8) }])
  })

  test('takes the suggested name when nothing is typed', async () => {
    const { shown } = await atTerminal(['init'], folder.path, [
      [size, down + down + enter],
      [product, enter],
      [apiKey, enter],
    ])
    expect(shown).toContain('Made product 1, "My App", with the slug my-app.')
  })

  test('changes nothing when it is broken off', async () => {
    const { exitCode, shown } = await atTerminal(['init'], folder.path, [
      [size, enter],
      [product, breakOff],
    ])
    expect(exitCode).toBe(1)
    expect(shown).toContain('latchkey: nothing was made')
    expect(existsSync(data())).toBeFalse()
  })

  test('asks nothing with --yes, nor where the folder is complete', async () => {
    const made = await atTerminal(['init', '--yes', '--bits', '2048'], folder.path, [])
    const again = await atTerminal(['init'], folder.path, [])
    expect([made.exitCode, again.exitCode]).toEqual([0, 0])
    expect(made.shown + again.shown).not.toContain(size)
    expect(again.shown).toContain('nothing was changed')
  })
})

describe('init in a script', () => {
  test('asks nothing and makes what it is told to', async () => {
    const bare = await command('init', '--bits', '2048', '--json')
    expect(Object.keys(bare.json)).toEqual(['data_dir', 'key_id', 'public_key'])
    const { json } = await command('init', '--product', 'Mine', '--api-key', 'client', '--json')
    expect(json).toMatchObject({ product_id: 1, api_key: expect.stringMatching(/^lk_/) })
    const shown = await command('init', '--api-key', 'shop')
    expect(shown.out).toMatch(/get-all-products -H "Authorization: Bearer lk_/)
  })

  test.each(['all', 'client', 'shop'])(
    'prints a command for a key of the preset %s whose output ends its line',
    async (preset) => {
      const { out } = await command('init', '--bits', '2048', '--product', 'Mine', '--api-key', preset)
      const server = Bun.serve({ port: 0, fetch: () => new Response('{"code":1}') })
      const line = /^ +(curl .*)$/m.exec(out)![1]!.replace('http://127.0.0.1:8080/', server.url.href)
      const asked = Bun.spawn(['sh', '-c', line], { stdout: 'pipe' })
      expect(await new Response(asked.stdout).text()).toBe('{"code":1}\n')
      await server.stop(true)
    },
  )

  test('makes neither product nor API key when one cannot be', async () => {
    const options = ['--product', 'x'.repeat(256), '--api-key', 'all']
    const refused = await command('init', '--bits', '2048', ...options)
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('--product') })
    expect((await command('api-key', 'list', '--json')).json.api_keys).toEqual([])
  })
})
