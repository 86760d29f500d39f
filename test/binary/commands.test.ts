import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import examples from '../fixtures/examples.json'
import { binary, spawnBinary } from '../support/installation'
import { contentsOf, emptyFolder } from '../support/process'

let folder: ReturnType<typeof emptyFolder>
beforeAll(() => {
  folder = emptyFolder()
})
afterAll(() => folder.remove())

const publicKey = join(import.meta.dir, '../fixtures/example-public-key.pem')

describe.skipIf(!binary)('verify-response', () => {
  /** Hands a text in by standard input; the exit code. */
  async function piped(text: string, ...args: string[]) {
    const child = Bun.spawn([binary!, 'verify-response', '--public-key', publicKey, ...args], {
      cwd: folder.path,
      env: {},
      stdin: new Blob([text]),
      stdout: 'ignore',
      stderr: 'ignore',
    })
    return child.exited
  }
  const genuine = examples.find(({ signature_verifies }) => signature_verifies)!
  const text = JSON.stringify(genuine.body)

  test('reads standard input, named or not, and needs no data folder for a given key', async () => {
    expect(await piped(text)).toBe(0)
    expect(await piped(text, '-')).toBe(0)
    expect(await piped(`${JSON.stringify(genuine.body, null, 2)}\n`)).toBe(0)
    expect(await piped(text.replace(String(genuine.body.response.code), '999'))).toBe(1)
    expect(await piped('')).toBe(1)
    expect(contentsOf(folder.path)).toEqual({})
  })

  test('reads a file', async () => {
    const path = join(folder.path, 'answer.json')
    writeFileSync(path, text)
    expect(await spawnBinary(['verify-response', '--public-key', publicKey, path])).toMatchObject({ exitCode: 0 })
    writeFileSync(path, text.replace('"product"', '"global"').replace('License', 'Licence'))
    expect(await spawnBinary(['verify-response', '--public-key', publicKey, path])).toMatchObject({ exitCode: 1 })
  })
})

describe.skipIf(!binary)('the binary', () => {
  test('tells its story and ends well', async () => {
    const { exitCode, out, err } = await spawnBinary(
      ['demo', '--once', '--port', '0'],
      { TMPDIR: folder.path },
      folder.path,
    )
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    for (const word of ['750', '900', '800', '300', '200', 'genuine', 'Every step held.']) expect(out).toContain(word)
  })

  test('does not mind a reader that has seen enough', async () => {
    const piped = Bun.spawn(['sh', '-c', '"$0" openapi | head -c 1', binary!], {
      cwd: folder.path,
      env: {},
      stdout: 'pipe',
      stderr: 'pipe',
    })
    expect([await new Response(piped.stdout).text(), await new Response(piped.stderr).text()]).toEqual(['{', ''])
  })

  test('prints the JSON document on standard output and everything else beside it', async () => {
    const env = { LATCHKEY_DATA_DIR: join(folder.path, 'fresh') }
    const first = await spawnBinary(['init', '--bits', '2048', '--json'], env)
    expect(JSON.parse(first.out)).toMatchObject({ data_dir: env.LATCHKEY_DATA_DIR })
    const made = await spawnBinary(['api-key', 'create', '--name', 'x', '--preset', 'all', '--json'], env)
    expect(made.exitCode).toBe(0)
    expect(JSON.parse(made.out)).toEqual({ id: 1, name: 'x', api_key: expect.stringMatching(/^lk_[\w-]{43}$/) })
    expect(made.err).toBe('')
  })
})

describe.skipIf(!binary)('what a command prints', () => {
  const sh = async (line: string) => {
    const options = { cwd: folder.path, env: {}, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' } as const
    const child = Bun.spawn(['/bin/sh', '-c', line, binary!], options)
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    return { out, err, exitCode: await child.exited }
  }

  test('reaches a slow reader whole', async () => {
    const { out } = await sh('"$0" completion zsh')
    expect(out.length).toBeGreaterThan(64 * 1024) // what a pipe holds
    expect(await sh('"$0" completion zsh | (/bin/sleep 3; /bin/cat)')).toEqual({ out, err: '', exitCode: 0 })
  })

  test('and cannot be written is an error', async () => {
    const { err, exitCode } = await sh('"$0" completion zsh > /dev/full')
    expect(err).toStartWith('latchkey: the output could not be written: ENOSPC')
    expect(exitCode).toBe(1)
  })
})
