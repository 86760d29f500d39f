import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { phpJson } from '../../src/kernel/php-json'
import { responseProblemOf } from '../../src/signing/check'
import examples from '../fixtures/examples.json'

const publicPem = await Bun.file(join(import.meta.dir, '../fixtures/example-public-key.pem')).text()
const nameOf = ({ path, case: situation }: (typeof examples)[number]) => `${path}: ${situation}`
const named = (some: typeof examples) => some.map((example) => [nameOf(example), example] as const)

const exact = examples.filter(({ base64_is_exact }) => base64_is_exact)
const genuine = examples.filter(({ signature_verifies }) => signature_verifies)
const notGenuine = examples.filter(({ signature_verifies }) => !signature_verifies)

describe('the printed answers', () => {
  test('are fifty-nine, most of them exact and genuine', () => {
    expect(examples).toHaveLength(59)
    expect(exact.length).toBeGreaterThan(50)
    expect(genuine.length).toBeGreaterThan(40)
  })

  test.each(named(exact))('%s encodes to the same bytes', (_, { body }) => {
    expect(Buffer.from(phpJson(body.response)).toString('base64')).toBe(body.response_base64)
  })

  test.each(named(genuine))('%s is genuine', (_, { body }) => {
    expect(responseProblemOf(JSON.stringify(body), publicPem)).toBeUndefined()
  })

  test.each(named(notGenuine))('%s was edited, unsigned or signed by another key, and is found out', (_, { body }) => {
    expect(responseProblemOf(JSON.stringify(body), publicPem)).toBeDefined()
  })
})

describe('an answer with a single bit flipped', () => {
  const { body } = genuine[0]!

  /** The texts that come of flipping each bit of one in turn. */
  function* flipped(text: string) {
    for (let at = 0; at < text.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = String.fromCharCode(text.charCodeAt(at) ^ (1 << bit))
        yield text.slice(0, at) + changed + text.slice(at + 1)
      }
    }
  }
  const passing = (forgeries: Iterable<string>) => {
    let tried = 0
    const passed: string[] = []
    for (const forgery of forgeries) {
      tried++
      if (!responseProblemOf(forgery, publicPem)) passed.push(forgery)
    }
    expect(tried).toBeGreaterThan(500)
    return passed
  }

  test.each(['response_base64', 'signature'] as const)('in its %s is never genuine', (key) => {
    const forgeries = [...flipped(body[key])].map((text) => JSON.stringify({ ...body, [key]: text }))
    expect(passing(forgeries)).toEqual([])
  })

  test('in its response is never genuine', () => {
    expect(passing([...flipped(JSON.stringify(body.response))].map(withResponse))).toEqual([])
  })

  const withResponse = (text: string) => {
    const { response: _, ...others } = body
    return `{"response":${text},${JSON.stringify(others).slice(1)}`
  }

  test.each<[string, object]>([
    ['another label', { private_key_used: 'mine' }],
    ['a fifth key', { note: 'genuine' }],
    ['no signature', { signature: undefined }],
    ['the words of a server without a key', { signature: 'Private key not set' }],
    ['a signature with spaces', { signature: ` ${body.signature}` }],
    ['a signature without its padding', { signature: body.signature.replace(/=+$/, '') }],
    ['another response of the same meaning', { response: { ...body.response, code: String(body.response.code) } }],
    ['a key less in its response', { response: { code: body.response.code, message: body.response.message } }],
  ])('nor one with %s', (_, change) => {
    expect(responseProblemOf(JSON.stringify({ ...body, ...change }), publicPem)).toBeDefined()
  })

  test.each(['', 'null', '[]', '"x"', '{', '{"response":{}}'])('nor is "%s" an answer', (text) => {
    expect(responseProblemOf(text, publicPem)).toBeDefined()
  })
})
