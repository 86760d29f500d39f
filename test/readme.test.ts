import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { getPHPLoaderModule } from '@php-wasm/node-8-3'
import { loadPHPRuntime, PHP } from '@php-wasm/universal'
import { withGeneratedParts } from '../src/docs'
import { phpJson } from '../src/kernel/php-json'
import { speak, startHouse, type TestHouse } from './support/house'
import { makeLicense, makeProduct } from './support/stock'

const root = resolve(import.meta.dir, '..')
const readme = await Bun.file(join(root, 'README.md')).text()
const fenced = (language: string, text = readme) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block!)

let house: TestHouse
let php: PHP
let folder: string
let publicKey: string
let device: { license_key: string; identifier: string }
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-readme-'))
  const [typescript = ''] = fenced('ts')
  await Bun.write(join(folder, 'latchkey.ts'), typescript)
  await Bun.write(join(folder, 'latchkey.mjs'), new Bun.Transpiler({ loader: 'ts' }).transformSync(typescript))
  php = new PHP(await loadPHPRuntime(await getPHPLoaderModule(), {}))
  php.writeFile('/latchkey.php', fenced('php')[0] ?? '')

  house = await startHouse()
  publicKey = (await house.cli('key', 'show', '--json')).json.keys[0].public_key
  const product_id = await makeProduct(house)
  device = { license_key: await makeLicense(house, { product_id }), identifier: 'my-laptop' }
  await house.ask('POST /api/v1/activate', device)
})
afterAll(async () => {
  php.exit()
  await house.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs PHP code on an input, which it finds decoded in `$input`; what it prints. */
async function runPhp(code: string, input: unknown): Promise<string> {
  php.writeFile('/input.json', JSON.stringify(input))
  const { text, errors, exitCode } = await php.run({
    code: `<?php require '/latchkey.php'; $input = json_decode(file_get_contents('/input.json'), true); ${code}`,
  })
  if (exitCode !== 0) throw new Error(`${errors}${text}`)
  return text
}

const verdictOf = (said: string) =>
  ({ 'not signed by': 'not genuine', 'is old': 'not fresh' })[/not signed by|is old/.exec(said)?.[0] ?? ''] ?? said

/** The ways a client reads an answer: the code that was signed, or why there is none. */
const readers = {
  async 'TypeScript on Bun'(answer: string, pem: string) {
    const { openAnswer } = await import(join(folder, 'latchkey.ts'))
    try {
      return openAnswer(answer, pem).code
    } catch (error) {
      return verdictOf(String(error))
    }
  },
  async 'TypeScript on Node'(answer: string, pem: string) {
    const script = `import { openAnswer } from './latchkey.mjs'
      const [answer, pem] = JSON.parse(process.argv[1])
      try { console.log(openAnswer(answer, pem).code) } catch (error) { console.log(String(error)) }`
    const node = Bun.spawn(['node', '--input-type=module', '-e', script, JSON.stringify([answer, pem])], {
      cwd: folder,
      stdout: 'pipe',
    })
    const said = (await new Response(node.stdout).text()).trim()
    return /^\d+$/.test(said) ? Number(said) : verdictOf(said)
  },
  async PHP(answer: string, pem: string) {
    const code = `try { echo json_encode(latchkey_open_answer($input[0], $input[1])['code']); }
      catch (RuntimeException | JsonException $problem) { echo json_encode($problem->getMessage()); }`
    const said = JSON.parse(await runPhp(code, [answer, pem]))
    return typeof said === 'number' ? said : verdictOf(said)
  },
}

const verify = async (identifier = device.identifier) =>
  (await house.ask('POST /api/v1/verify', { ...device, identifier })).text

/** The answer with one character of one of its texts replaced by another that base64 knows. */
function alter(answer: string, name: 'response_base64' | 'signature', at: number) {
  const envelope = JSON.parse(answer)
  const text: string = envelope[name]
  envelope[name] = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  return JSON.stringify(envelope)
}

describe.each(Object.entries(readers))('the example for clients, %s', (_, read) => {
  test('finds a real answer genuine', async () => {
    expect(await read(await verify(), publicKey)).toBe(200)
  })

  test('finds it not genuine once a byte is changed', async () => {
    const answer = await verify()
    for (const name of ['response_base64', 'signature'] as const) {
      for (const at of [0, 40]) expect(await read(alter(answer, name, at), publicKey)).toBe('not genuine')
    }
  })

  test('believes what was signed, whatever the readable copy says', async () => {
    const envelope = JSON.parse(await verify('another-laptop'))
    envelope.response.code = 200
    expect(await read(JSON.stringify(envelope), publicKey)).toBe(202)
  })

  test("finds an answer not genuine under somebody else's key", async () => {
    const { publicKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(await read(await verify(), String(other.export({ type: 'spki', format: 'pem' })))).toBe('not genuine')
  })

  test.each([-301, 320])('refuses an answer from a clock %d seconds away', async (seconds) => {
    house.advance(seconds * 1000)
    const answer = await verify()
    house.advance(-seconds * 1000)
    expect(await read(answer, publicKey)).toBe('not fresh')
  })

  test('finds an answer without a signature not genuine', async () => {
    const { response_base64 } = JSON.parse(await verify())
    for (const signature of [undefined, null, '', 'Private key not set', [1]]) {
      expect(await read(JSON.stringify({ response_base64, signature }), publicKey)).toBe('not genuine')
    }
    expect(await read('{}', publicKey)).toBe('not genuine')
  })

  test('throws at what is no answer at all', async () => {
    expect(await read('<html>', publicKey)).toMatch(/JSON|Syntax/i)
  })
})

describe('the example for clients asks the server', () => {
  test('in TypeScript', async () => {
    const { isLicensed } = await import(join(folder, 'latchkey.ts'))
    const ask = (apiKey: string, identifier: string) =>
      isLicensed(house.url, apiKey, publicKey, device.license_key, identifier)
    expect(await ask(house.apiKey, device.identifier)).toBe(true)
    expect(await ask(house.apiKey, 'another-laptop')).toBe(false)
    expect(await ask('lk_unknown', device.identifier)).toBe(false)
  })

  test('in PHP', async () => {
    // This PHP has no network: a wrapper notes what it would send, and gives it the answer that came to that.
    const wrapper = `class Wire {
        public $context; private $left;
        function stream_open($url) { global $input; $this->left = $input['answer'];
          file_put_contents('/sent.json', json_encode([$url, stream_context_get_options($this->context)['http']])); return true; }
        function stream_read() { [$all, $this->left] = [$this->left, '']; return $all; }
        function stream_eof() { return $this->left === ''; }
        function stream_stat() { return []; }
      }
      stream_wrapper_unregister('http'); stream_wrapper_register('http', 'Wire');
      try { echo json_encode(latchkey_is_licensed(...$input['asked'])); } catch (JsonException) { echo 'no answer'; }`
    const ask = async (apiKey: string, identifier: string) => {
      const asked = [house.url, apiKey, publicKey, device.license_key, identifier]
      expect(await runPhp(wrapper, { asked, answer: '' })).toBe('no answer')
      const [url, { method, header, content }] = JSON.parse(php.readFileAsText('/sent.json'))
      const headers = header.map((line: string) => line.split(': ', 2))
      const answer = await (await fetch(url, { method, headers, body: content })).text()
      return JSON.parse(await runPhp(wrapper, { asked, answer }))
    }
    expect(await ask(house.apiKey, device.identifier)).toBe(true)
    expect(await ask(house.apiKey, 'another-laptop')).toBe(false)
    expect(await ask('lk_unknown', device.identifier)).toBe(false)
  })
})

describe("PHP's json_encode", () => {
  const values = [
    'https://example.com/a?b=c&d=<e>',
    `"double" and 'single' and back\\slash`,
    'Ünïcödé, 日本語, Ω',
    'emoji 🔑👩‍💻',
    'line\nfeed, tab\t, return\r, bell\u0007, \b\f\u001f, delete\u007f, c1\u0080\u009f',
    'separators\u2028\u2029, byte order mark\ufeff, end\uffff',
    '',
    [],
    [[], [[]]],
    { code: 200, message: 'Valid license key', errors: [], nested: { list: [1, 'a', null, true, false] } },
    { 'key with / and é': 1 },
    [0, -1, 2_147_483_647, Number.MAX_SAFE_INTEGER],
    null,
    true,
    false,
    '400',
  ]

  test('gives the bytes that Latchkey gives', async () => {
    const code = `foreach ($input as $text) echo base64_encode(json_encode(json_decode($text, true))), "\\n";`
    const lines = await runPhp(
      code,
      values.map((value) => JSON.stringify(value)),
    )
    const encoded = lines.trimEnd().split('\n')
    expect(encoded.map((line) => Buffer.from(line, 'base64').toString())).toEqual(values.map(phpJson))
  })

  test('gives a whole answer back as it came', async () => {
    await makeProduct(house, { name: 'Café "Zoë" / 日本 🔑', description: "a\\b\n<c> & 'd'" })
    const { text } = await house.ask('GET /api/v1/get-all-products')
    expect(text).toContain('Caf\\u00e9')
    expect(await runPhp('echo json_encode(json_decode($input, true));', text)).toBe(text)
  })
})

describe('what README.md says', () => {
  test('has its tables as the code has them: else run "npm run docs"', () => {
    expect(withGeneratedParts(readme)).toBe(readme)
  })

  test('is what the demo shows', async () => {
    const { exitCode, out } = await speak(['demo', '--once'], { LATCHKEY_PORT: '0' })
    expect(exitCode).toBe(0)
    expect(fenced('text')).toHaveLength(1)
    expect(out).toContain(fenced('text')[0]!)
  })

  test('shows an envelope that is encoded as an envelope is', () => {
    const { response, response_base64 } = JSON.parse(fenced('json')[0]!)
    expect(Buffer.from(response_base64, 'base64').toString()).toBe(phpJson(response))
  })

  test('and what src/README.md says names files that exist', async () => {
    const plan = await Bun.file(join(root, 'src/README.md')).text()
    const paths = [...plan.matchAll(/`([\w./-]+(?:\/|\.ts|\.sql))`/g)].map(([, path]) => path!)
    const roles = ['model.ts', 'routes.ts', 'service.ts', 'store.ts', 'policy.ts', 'app.ts', 'envelope.ts']
    const isThere = (path: string) =>
      roles.includes(path) || ['', 'src'].some((top) => existsSync(join(root, top, path)))
    expect(paths.length).toBeGreaterThan(20)
    expect(paths.filter((path) => !isThere(path))).toEqual([])
  })

  const shell = fenced('sh').flatMap((block) => [
    ...block.matchAll(/(?:^|\$\(|docker exec latchkey )latchkey (.+?)(?=$|\)| [|>])/gm),
  ])
  const lines = [...shell, ...readme.matchAll(/`latchkey ([a-z- ]+)`/g)]
  test.each(lines.map(([, line]) => line!))(
    'names a command that exists with its options: latchkey %s',
    async (line) => {
      const words = line.replaceAll(/"[^"]*"/g, 'text').split(' ')
      const { exitCode, out } = await speak([
        ...words.filter((word) => /^[a-z][a-z-]*$/.test(word)).slice(0, 2),
        '--help',
      ])
      expect(exitCode).toBe(0)
      const [, usage = ''] = /^Usage: latchkey (.+?) \[options\]/.exec(out)!
      expect(words.slice(0, usage.split(' ').length).join(' ')).toBe(usage)
      for (const option of words.filter((word) => word.startsWith('--')))
        expect(out).toMatch(new RegExp(`${option}\\b`))
    },
  )

  test.skipIf(!Bun.which('curl'))('takes a stranger to the first licence, each line as it stands', async () => {
    const fresh = await startHouse()
    const command = join(folder, 'latchkey')
    await Bun.write(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'src/main.ts')}" "$@"\n`)
    chmodSync(command, 0o755)
    const [, chapter = ''] = /^## The first licence\n(.*?)^## /ms.exec(readme)!
    const [serve, ...steps] = fenced('sh', chapter)
    const script = steps.join('').replaceAll('http://127.0.0.1:8080', fresh.url)
    const shell = Bun.spawn(['sh', '-e', '-c', script], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env.PATH}`, LATCHKEY_DATA_DIR: fresh.folder },
      stdout: 'pipe',
    })
    const out = await new Response(shell.stdout).text()
    const exitCode = await shell.exited
    await fresh.close()
    expect(serve).toBe('latchkey serve\n')
    expect([...out.matchAll(/"code":(\d+)/g)].map(([, code]) => Number(code))).toEqual([750, 900, 800, 300])
    expect(out).toEndWith('Genuine: the signature fits the public key.\n')
    expect(exitCode).toBe(0)
  })
})
