import { postHead } from '../../support/socket'
import type { Chance } from '../chance'
import { request } from './connection'

/** What a hostile client says on one connection. */
export type Attack = (chance: Chance, honest: string) => string | Buffer

const path = '/api/v1/verify'
const json = { 'content-type': 'application/json' }
const chunked = { ...json, 'transfer-encoding': 'chunked' }
const smuggled = request('create-product', { name: 'smuggled' })
const noise = (chance: Chance, length: number) => Buffer.from(Array.from({ length }, () => chance.below(256)))
const longHeader = 'x'.repeat(65_536)

/** What no client should say; the server must survive it and tell nothing of itself. */
export const attacks: Record<string, Attack> = {
  noise: (chance) => noise(chance, chance.between(1, 4000)),
  'half a request line': () => 'POST /api/v1/ver',
  'half a head': () => postHead(path, json).slice(0, -4),
  'half a body': () => `${postHead(path, { ...json, 'content-length': 100 })}{"license_key":`,
  'the greeting of TLS': (chance) =>
    Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), noise(chance, 500)]),
  'the preface of HTTP/2': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  'HTTP/0.9': () => 'GET /api/v1/get-all-products\r\n',
  'a version nobody knows': () => 'GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n',
  'a method nobody knows': () => 'BREW /api/v1/verify HTTP/1.1\r\nhost: x\r\n\r\n',
  'an absolute address': () => 'GET http://169.254.169.254/latest HTTP/1.1\r\nhost: x\r\n\r\n',
  'a path that climbs': () => 'GET /api/v1/download/../../../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n',
  'a path with nothing in it': () => 'GET /api/v1/%00%00 HTTP/1.1\r\nhost: x\r\n\r\n',
  'a path that cannot be decoded': () => 'GET /api/v1/%zz%ff%c0%80 HTTP/1.1\r\nhost: x\r\n\r\n',
  'a path without end': () => `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  'no host': () => 'GET /healthz HTTP/1.1\r\n\r\n',
  'two hosts': () => 'GET /healthz HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n',
  'a header of 64 KiB': () => `${postHead(path, { ...json, 'x-long': longHeader, 'content-length': 2 })}{}`,
  'an API key of 64 KiB': () =>
    `${postHead(path, { ...json, authorization: `Bearer ${longHeader}`, 'content-length': 2 })}{}`,
  'a thousand headers': () => `GET /healthz HTTP/1.1\r\nhost: x\r\n${'x-a: b\r\n'.repeat(1000)}\r\n`,
  'a header with a zero byte': () => 'GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: a\0b\r\n\r\n',
  'a header with a space in its name': () => 'GET /healthz HTTP/1.1\r\nhost: x\r\nx a : b\r\n\r\n',
  'a folded header': () => 'GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: b\r\n c\r\n\r\n',
  'line feeds alone': () => 'GET /healthz HTTP/1.1\nhost: x\n\n',
  'two lengths': () => `${postHead(path, json).slice(0, -2)}content-length: 2\r\ncontent-length: 3\r\n\r\n{}x`,
  'a negative length': () => `${postHead(path, { ...json, 'content-length': -1 })}{}`,
  'a length with a sign': () => `${postHead(path, { ...json, 'content-length': '+2' })}{}`,
  'a length in another script': () => `${postHead(path, { ...json, 'content-length': '0x2' })}{}`,
  'a length beyond all numbers': () => `${postHead(path, { ...json, 'content-length': '9'.repeat(40) })}{}`,
  'a length beyond all memory': () => `${postHead(path, { ...json, 'content-length': 10 ** 15 })}{}`,
  'a chunk beyond all numbers': () => `${postHead(path, chunked)}${'f'.repeat(40)}\r\n{}`,
  'a chunk of negative size': () => `${postHead(path, chunked)}-2\r\n{}\r\n0\r\n\r\n`,
  'a chunk without an end': () => `${postHead(path, chunked)}2\r\n{}XX0\r\n\r\n`,
  'a chunk with a long comment': () => `${postHead(path, chunked)}2;${'c'.repeat(65_536)}\r\n{}\r\n0\r\n\r\n`,
  'trailers without end': () => `${postHead(path, chunked)}2\r\n{}\r\n0\r\n${'x-t: y\r\n'.repeat(5000)}\r\n`,
  'a request inside the body, by length and chunks': () =>
    `${postHead(path, { ...chunked, 'content-length': 5 + smuggled.length })}0\r\n\r\n${smuggled}`,
  'a request inside the body, by chunks written oddly': () =>
    `${postHead(path, { ...json, 'transfer-encoding': 'xchunked', 'content-length': smuggled.length })}${smuggled}`,
  'an honest request, mutilated': (chance, honest) => mutilate(Buffer.from(honest), chance),
}

/** Flips, drops and repeats pieces. */
function mutilate(bytes: Buffer, chance: Chance): Buffer {
  let mutilated = bytes
  for (let times = chance.between(1, 6); times > 0; times--) {
    const at = chance.below(mutilated.length)
    const to = Math.min(mutilated.length, at + chance.between(1, 20))
    const before = mutilated.subarray(0, at)
    const piece = mutilated.subarray(at, to)
    const after = mutilated.subarray(to)
    mutilated = Buffer.concat([
      before,
      chance.pick([Buffer.alloc(0), Buffer.concat([piece, piece]), noise(chance, 3)]),
      after,
    ])
  }
  return mutilated
}
