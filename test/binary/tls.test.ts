import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { binary, spawnBinary } from '../support/installation'
import { contentsOf, emptyFolder, prepared, type Served, serve } from '../support/process'
import { fixture, nameShown } from '../support/tls'
import { until } from '../support/wait'

let folder: ReturnType<typeof emptyFolder>
let server: Served | undefined
beforeEach(async () => {
  folder = emptyFolder()
  put('first')
})
afterEach(async () => {
  await server?.stop('SIGKILL')
  folder.remove()
})

const cert = () => join(folder.path, 'cert.pem')
const key = () => join(folder.path, 'key.pem')

/** Puts a pair in the place the server reads it from, as whoever renews certificates does. */
function put(name: 'first' | 'second', keyOf = name) {
  copyFileSync(fixture(`${name}.pem`), cert())
  copyFileSync(fixture(`${keyOf}-key.pem`), key())
}

async function start() {
  await prepared(folder.path)
  server = await serve(folder.path, ['--tls-cert', cert(), '--tls-key', key()])
  return server
}

/** A connection that is open, with a request that is not yet whole. */
function begin(url: string) {
  const { hostname, port } = new URL(url)
  const heard = Promise.withResolvers<string>()
  const opened = Promise.withResolvers<void>()
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n')
    opened.resolve()
  })
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes
    if (text.includes('\r\n\r\n')) heard.resolve(text)
  })
  socket.on('error', heard.reject)
  socket.on('close', () => heard.reject(new Error(`hung up after "${text}"`)))
  const finish = () => {
    socket.write('\r\n')
    return heard.promise
  }
  return { opened: opened.promise, finish }
}

describe.skipIf(!binary)('SIGHUP', () => {
  test('puts a renewed certificate in place; a request that had begun is answered all the same', async () => {
    const { url, signal, said } = await start()
    expect(await nameShown(url)).toBe('first.test')
    const begun = begin(url)
    await begun.opened
    put('second')
    signal('SIGHUP')
    await until('the server reads the pair', () => said().includes('read again'))
    expect(await nameShown(url)).toBe('second.test')
    expect(await begun.finish()).toContain('200 OK')
    put('first')
    signal('SIGHUP')
    await until('the server reads the pair again', () => said().split('read again').length === 3)
    expect(await nameShown(url)).toBe('first.test')
    expect(await server!.stop('SIGTERM')).toBe(0)
  })

  test('leaves the certificate before in place when the new one is of no use, and says why', async () => {
    const { url, signal, said } = await start()
    put('second', 'first')
    signal('SIGHUP')
    await until('the server refuses the pair', () => said().includes('before it goes on serving'))
    expect(said()).toContain(`${key()} is not the key of ${cert()}`)
    writeFileSync(cert(), 'half a cert')
    signal('SIGHUP')
    await until('the server refuses the file', () => said().includes('holds no certificate'))
    expect(await nameShown(url)).toBe('first.test')
  })

  test('does a server without a certificate no harm', async () => {
    server = await serve(folder.path)
    server.signal('SIGHUP')
    await until('the server says so', () => server!.said().includes('no certificate to read again'))
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  })
})

describe.skipIf(!binary)('a start with certificates of no use is refused before anything is written', () => {
  const refusals: [string, () => string[], number, RegExp][] = [
    ['a certificate alone', () => ['--tls-cert', cert()], 2, /both --tls-cert and --tls-key/],
    ['a key alone', () => ['--tls-key', key()], 2, /both --tls-cert and --tls-key/],
    [
      'a file that is not there',
      () => ['--tls-cert', 'gone.pem', '--tls-key', key()],
      1,
      /--tls-cert: cannot read gone\.pem: there is no such file/,
    ],
    ['a certificate in the key’s place', () => ['--tls-cert', cert(), '--tls-key', cert()], 1, /no private key/],
    ['a key in the certificate’s place', () => ['--tls-cert', key(), '--tls-key', key()], 1, /no certificate/],
    [
      'the key of another',
      () => ['--tls-cert', cert(), '--tls-key', fixture('second-key.pem')],
      1,
      /is not the key of/,
    ],
    ['receivers’ authorities that are not there', () => ['--webhook-ca', 'gone.pem'], 1, /gone\.pem.*--webhook-ca/],
    ['a key in the place of authorities', () => ['--webhook-ca', key()], 1, /no certificate.*--webhook-ca/],
  ]
  test.each(refusals)('%s', async (_, args, code, sentence) => {
    const before = contentsOf(folder.path)
    const { exitCode, err } = await spawnBinary(['serve', '--port', '0', ...args()], {}, folder.path)
    expect({ exitCode, err }).toEqual({ exitCode: code, err: expect.stringMatching(sentence) })
    expect(contentsOf(folder.path)).toEqual(before)
  })
})
