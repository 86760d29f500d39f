import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type Php, startPhp } from '../support/php'
import { fenced, pages } from '../support/readme'
import { makeActiveLicense, makeLicense, makeProduct } from '../support/stock'

interface App {
  server: string
  apiKey: string
  publicKey: string
  product: string
}
interface Verdict {
  result: string
  why: string
  code?: number | null
}
type Check = (app: App, key: string, device: string, endpoint?: 'verify' | 'activate') => Promise<Verdict>

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicPem = String(publicKey.export({ type: 'spki', format: 'pem' }))
const uuid = '01234567-89ab-4cde-8f01-23456789abcd'
const dead = 'http://127.0.0.1:9'

/** What the scripted server is to say to the next request. */
let script: (asked: URLSearchParams) => Response = () => new Response('', { status: 500 })
const server = Bun.serve({ port: 0, fetch: async (request) => script(new URLSearchParams(await request.text())) })
const app: App = { server: `http://127.0.0.1:${server.port}`, apiKey: 'lk_x', publicKey: publicPem, product: uuid }

let folder: string
let php: Php
let installation: TestInstallation
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-verdicts-'))
  await Bun.write(join(folder, 'latchkey.ts'), fenced('ts', pages.integrate)[0]!)
  php = await startPhp(fenced('php', pages.integrate)[0])
  php.onMessage(async (message) => {
    const [url, { method, header, content, timeout }] = JSON.parse(message)
    expect(timeout).toBeLessThanOrEqual(5)
    const headers = header.map((line: string) => line.split(': ', 2))
    try {
      return `1${await (await fetch(url, { method, headers, body: content })).text()}`
    } catch {
      return '0'
    }
  })
  installation = await startInstallation()
})
afterAll(async () => {
  php.exit()
  await server.stop(true)
  await installation.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A stranger's handler of errors throws at each of them, as frameworks have it; and what is printed is no JSON. */
const wire = `error_reporting(E_ALL); ini_set('display_errors', '1');
  set_error_handler(function ($level, $said) { throw new ErrorException($said); });
  class Wire {
    public $context; private $left;
    function stream_open($url) {
      $said = post_message_to_js(json_encode([$url, stream_context_get_options($this->context)['http']]));
      $this->left = substr($said, 1); return $said[0] === '1';
    }
    function stream_read() { [$all, $this->left] = [$this->left, '']; return $all; }
    function stream_eof() { return $this->left === ''; }
    function stream_stat() { return []; }
  }
  stream_wrapper_unregister('http'); stream_wrapper_register('http', 'Wire');`

const clients: Record<string, { check: Check; mayRun: (result: string, daysAgo?: number) => Promise<boolean> }> = {
  TypeScript: {
    check: async (...asked) => (await import(join(folder, 'latchkey.ts'))).checkLicense(...asked),
    async mayRun(result, daysAgo) {
      const lastGood = daysAgo === undefined ? undefined : new Date(Date.now() - daysAgo * 86_400_000)
      return (await import(join(folder, 'latchkey.ts'))).mayRun({ result, why: '' }, lastGood)
    },
  },
  PHP: {
    check: async (...asked) =>
      JSON.parse(await php.run(`${wire} echo json_encode(latchkey_check_license(...$input));`, asked)),
    async mayRun(result, daysAgo) {
      const code = `echo json_encode(latchkey_may_run(['result' => $input[0]],
        $input[1] === null ? null : time() - (int) ($input[1] * 86400)));`
      return JSON.parse(await php.run(code, [result, daysAgo ?? null]))
    },
  },
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A genuine answer to what was asked, but for what is said otherwise. */
function answer(code: unknown, asked: URLSearchParams, otherwise: Record<string, unknown> = {}, key = privateKey) {
  const response = {
    code,
    message: 'As scripted',
    license_key_sha256: sha256(asked.get('license_key')!),
    identifier_sha256: sha256(asked.get('identifier')!),
    nonce: asked.get('nonce'),
    ...(code !== 210 && { product_id: 7, product_uuid: uuid }),
    timestamp: Math.floor(Date.now() / 1000),
    ...otherwise,
  }
  const response_base64 = Buffer.from(JSON.stringify(response)).toString('base64')
  const signature = sign('sha256', Buffer.from(response_base64), key).toString('base64')
  return Response.json({ response, response_base64, private_key_used: 'global', signature })
}

describe.each(Object.entries(clients))('the example for clients, %s', (_, { check, mayRun }) => {
  const told = async (next: typeof script, asking: Partial<App> = {}) => {
    script = next
    return check({ ...app, ...asking }, ' KEY-1 ', 'my-laptop')
  }

  test.each([200, 300, 301])('takes %d for good', async (code) => {
    expect(await told((asked) => answer(code, asked))).toEqual({ result: 'good', code, why: 'As scripted' })
    expect(await told((asked) => answer(code, asked), { product: '7' })).toMatchObject({ result: 'good' })
  })

  test.each([201, 202, 203, 204, 205, 210, 215, 302])('takes %d for the refusal of the licence', async (code) => {
    expect(await told((asked) => answer(code, asked))).toEqual({ result: 'refused', code, why: 'As scripted' })
  })

  test.each([100, 101, 102, 103, 150, 206, 400, 9400, 9404, 9429, 9500, 9503, 9504])(
    'cannot tell by %d, which is not about the licence',
    async (code) => {
      const bare = { nonce: undefined, product_id: undefined, product_uuid: undefined, license_key_sha256: undefined }
      for (const otherwise of [{}, bare]) {
        const verdict = await told((asked) => answer(code, asked, otherwise))
        expect(verdict).toMatchObject({ result: 'cannot tell', why: 'As scripted' })
      }
    },
  )

  test.each(['200', null, [[200]], true, 200.5, undefined])('cannot tell by the code %p', async (code) => {
    expect(await told((asked) => answer(code, asked))).toMatchObject({ result: 'cannot tell' })
  })

  test('believes no answer to another question, good or not', async () => {
    const others: Record<string, unknown>[] = [
      { nonce: 'of-another-request' },
      { nonce: undefined },
      { license_key_sha256: sha256('KEY-2') },
      { license_key_sha256: undefined },
      { identifier_sha256: sha256('another-laptop') },
      { product_id: 8, product_uuid: uuid.replace('0', 'f') },
      { product_id: undefined, product_uuid: undefined },
      { product_uuid: null },
    ]
    for (const code of [200, 202]) {
      for (const otherwise of others) {
        const verdict = await told((asked) => answer(code, asked, otherwise))
        expect(verdict).toMatchObject({ result: 'cannot tell', why: expect.stringContaining('another question') })
      }
    }
  })

  test('cannot tell by what is not genuine, not fresh or no answer at all', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const unbelievable: (typeof script)[] = [
      (asked) => answer(200, asked, {}, stranger),
      (asked) => answer(202, asked, {}, stranger),
      (asked) => answer(200, asked, { timestamp: Math.floor(Date.now() / 1000) - 400 }),
      (asked) => answer(200, asked, { timestamp: undefined }),
      () => new Response('<html><h1>502 Bad Gateway</h1></html>', { status: 502 }),
      () => new Response('', { status: 200 }),
      ...['null', '5', '[]', '{}', '"text"', '{"response_base64":5,"signature":[]}'].map(
        (text) => () => new Response(text),
      ),
    ]
    for (const next of unbelievable) expect(await told(next)).toMatchObject({ result: 'cannot tell' })
    for (const pem of ['', 'no key', publicPem.slice(0, 90)]) {
      expect(await told((asked) => answer(200, asked), { publicKey: pem })).toMatchObject({ result: 'cannot tell' })
    }
  })

  test('cannot tell without a network', async () => {
    expect(await check({ ...app, server: dead }, 'KEY-1', 'my-laptop')).toMatchObject({ result: 'cannot tell' })
  })

  test('lets software run on a good answer, and some days after the last one while nobody can tell', async () => {
    expect([await mayRun('good'), await mayRun('good', 100)]).toEqual([true, true])
    expect([await mayRun('refused'), await mayRun('refused', 0)]).toEqual([false, false])
    const cannot = 'cannot tell'
    expect([await mayRun(cannot, 0), await mayRun(cannot, 6.9), await mayRun(cannot, 7.1)]).toEqual([true, true, false])
    // Never a good answer; a clock that was set back by weeks.
    expect([await mayRun(cannot), await mayRun(cannot, -30)]).toEqual([false, false])
  })

  test('asks a server for what it is: seats, other devices, other products, a wrong API key, its limits', async () => {
    const [product_id, other] = [await makeProduct(installation), await makeProduct(installation)]
    const { json } = await installation.cli('product', 'show', String(product_id), '--json')
    const [key] = (await installation.cli('key', 'show', '--json')).json.keys
    const real = {
      server: installation.url,
      apiKey: installation.apiKey,
      publicKey: key.public_key,
      product: json.uuid,
    }
    const license = await makeLicense(installation, { product_id, activation_limit: 1 })
    const codes = async (...asked: Parameters<Check>) => {
      const { result, code } = await check(...asked)
      return [result, code ?? undefined]
    }
    expect(await codes(real, license, 'büro-1')).toEqual(['refused', 202])
    expect(await codes(real, license, 'büro-1', 'activate')).toEqual(['good', 300])
    expect(await codes(real, ` ${license} `, 'büro-1', 'activate')).toEqual(['good', 301])
    expect(await codes(real, license, 'büro-1')).toEqual(['good', 200])
    // As it is pasted: spaces that nobody sees around it, and letters in another case.
    const spaces = '\u00a0\ufeff\u2003\t\v'
    for (const pasted of [`${spaces}${license}${spaces}`, license.toLowerCase(), `\u200b${license}`]) {
      expect(await codes(real, pasted, `${spaces}büro-1${spaces}`)).toEqual(['good', 200])
    }
    expect(await codes(real, license, 'büro-2', 'activate')).toEqual(['refused', 302])
    expect(await codes(real, 'UNKNOWN', 'büro-1')).toEqual(['refused', 210])
    expect(await codes(real, license, '')).toEqual(['refused', 215])
    const foreign = await makeActiveLicense(installation, { product_id: other }, 'büro-1')
    expect(await codes(real, foreign, 'büro-1')).toEqual(['refused', 210])
    expect(await codes({ ...real, apiKey: 'lk_wrong' }, license, 'büro-1')).toEqual(['cannot tell', 100])
    const slow = await installation.cli(
      'api-key',
      'create',
      '--name',
      `s${Math.random()}`,
      '--preset',
      'client',
      '--rate-limit',
      '1',
      '--json',
    )
    const limited = { ...real, apiKey: slow.json.api_key }
    expect(await codes(limited, license, 'büro-1')).toEqual(['good', 200])
    expect(await codes(limited, license, 'büro-1')).toEqual(['cannot tell', 9429])
  })
})
