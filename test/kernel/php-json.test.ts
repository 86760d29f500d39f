import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { phpJson } from '../../src/kernel/php-json'
import { startInstallation } from '../support/installation'
import { type Php, startPhp } from '../support/php'
import { makeProduct } from '../support/stock'

let php: Php
beforeAll(async () => {
  php = await startPhp()
})
afterAll(() => php.exit())

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
    const lines = await php.run(
      code,
      values.map((value) => JSON.stringify(value)),
    )
    const encoded = lines.trimEnd().split('\n')
    expect(encoded.map((line) => Buffer.from(line, 'base64').toString())).toEqual(values.map(phpJson))
  })

  test('gives a whole answer back as it came', async () => {
    const installation = await startInstallation()
    await makeProduct(installation, { name: 'Café "Zoë" / 日本 🔑', description: "a\\b\n<c> & 'd'" })
    const { text } = await installation.ask('GET /api/v1/get-all-products')
    await installation.close()
    expect(text).toContain('Caf\\u00e9')
    expect(await php.run('echo json_encode(json_decode($input, true));', text)).toBe(text)
  })
})
