import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { drawKeys } from '../../src/features/generators/draw'
import { type Format, patternOf } from '../../src/features/generators/format'
import { capacity, collisionLikelihood, keyLength, type Pattern } from '../../src/features/generators/pattern'
import { checkCharacter } from '../../src/features/generators/template'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { makeProduct } from '../support/stock'

const usual: Format = {
  method: 'chunk-system',
  prefix: '',
  suffix: '',
  functionName: '',
  numberOfChunks: 4,
  chunkLength: 4,
  charset: '0123456789ABCDEF',
}

function sound(format: Partial<Format>): Pattern {
  const { pattern, problem } = patternOf({ ...usual, ...format })
  if (!pattern) throw new Error(problem)
  return pattern
}

const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('')

/** A chi-square that a fair draw reaches less than once in a thousand million runs. */
const outlandish = (size: number) => size - 1 + 10 * Math.sqrt(2 * (size - 1)) + 30

describe('drawing', () => {
  // Sizes that do not divide 256 are where a remainder taken of a byte would favour the first characters.
  test.each([2, 3, 10, 16, 26, 36, 62, 94])('favours none of %d characters', (size) => {
    const charset = printable.slice(0, size)
    const draws = 200 * 1000
    const counts = new Map<string, number>()
    for (const key of drawKeys(sound({ numberOfChunks: 1, chunkLength: 200, charset }), draws / 200)) {
      for (const character of key) counts.set(character, (counts.get(character) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([...charset].sort())
    const expected = draws / size
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(chiSquare).toBeLessThan(outlandish(size))
  })

  test('would find the bias of a plain remainder by the same measure', () => {
    const size = 94
    const [draws, expected] = [200_000, 200_000 / size]
    const counts = new Array<number>(size).fill(0)
    for (const byte of crypto.getRandomValues(new Uint8Array(65_536))) counts[byte % size]!++
    const chiSquare = counts.reduce((sum, count) => sum + ((count * draws) / 65_536 - expected) ** 2 / expected, 0)
    expect(chiSquare).toBeGreaterThan(outlandish(size))
  })

  test('fills every place of a key from the whole charset', () => {
    const keys = drawKeys(sound({}), 2000)
    for (const place of [0, 3, 5, 18]) expect(new Set(keys.map((key) => key[place])).size).toBe(16)
  })

  test('repeats no key of 122 random bits', () => {
    expect(new Set(drawKeys(sound({ method: 'uuid' }), 50_000)).size).toBe(50_000)
  })
})

describe('capacity', () => {
  test.each<[Partial<Format>, bigint]>([
    [{}, 2n ** 64n],
    [{ method: 'uuid', prefix: 'A', suffix: 'B' }, 2n ** 122n],
    [{ charset: 'ABC', numberOfChunks: 5, chunkLength: 7 }, 3n ** 35n],
    [{ method: 'custom', functionName: '{A:5}-{9:4}-{X:6}' }, 26n ** 5n * 10n ** 4n * 36n ** 6n],
    [{ method: 'custom', functionName: '{C:8}{check}', charset: 'ABCD' }, 4n ** 8n],
    [{ method: 'custom', functionName: '{a}{x}{H:2}{h:2}' }, 26n * 36n * 16n ** 4n],
    [{ method: 'custom', functionName: 'FIXED' }, 1n],
    [{ charset: printable, numberOfChunks: 100, chunkLength: 2 }, 94n ** 200n],
  ])('of %j is exact', (format, keys) => {
    expect(capacity(sound(format))).toBe(keys)
  })

  test('is reached: every key that is counted is drawn', () => {
    const pattern = sound({ method: 'custom', functionName: '{C}{9}', charset: 'AB' })
    expect(new Set(drawKeys(pattern, 2000)).size).toBe(Number(capacity(pattern)))
  })

  test('tells how likely a collision is', () => {
    expect(collisionLikelihood(365n, 23)).toBeCloseTo(0.5, 2)
    expect(collisionLikelihood(2n ** 64n, 1_000_000)).toBeCloseTo(2.71e-8, 10)
    expect(collisionLikelihood(1000n, 1_000_000)).toBe(1)
    expect(collisionLikelihood(94n ** 200n, 1_000_000)).toBe(0)
  })
})

const placeholder = fc.tuple(fc.constantFrom(...'Aa9XxHhC'), fc.integer({ min: 1, max: 12 }))
const shapes: Record<string, string> = {
  A: '[A-Z]',
  a: '[a-z]',
  '9': '[0-9]',
  X: '[0-9A-Z]',
  x: '[0-9a-z]',
  H: '[0-9A-F]',
  h: '[0-9a-f]',
  C: '[KLMN]',
}

describe('a template', () => {
  test('is followed to the letter', () => {
    fc.assert(
      fc.property(
        fc.array(placeholder, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('', '-', '.', '/x_'),
        (parts, glue) => {
          const functionName = `${parts.map(([name, length]) => `{${name}:${length}}`).join(glue)}{check}`
          const pattern = sound({ method: 'custom', functionName, charset: 'KLMN', prefix: 'P-', suffix: '~' })
          const body = parts.map(([name, length]) => `${shapes[name]}{${length}}`).join(glue.replace(/[./]/g, '\\$&'))
          for (const key of drawKeys(pattern, 5)) {
            expect(key).toMatch(new RegExp(`^P-${body}[0-9A-Z]~$`))
            expect(key).toHaveLength(keyLength(pattern))
          }
        },
      ),
    )
  })

  test('is never run: whatever it says, it is text, a pattern or a problem', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}:AXQ90check-$`') }), (functionName) => {
        const { pattern, problem } = patternOf({ ...usual, method: 'custom', functionName })
        if (pattern) expect(drawKeys(pattern, 1)[0]).toHaveLength(keyLength(pattern))
        else expect(problem).toMatch(/template has a brace|is no placeholder|cannot count/)
      }),
    )
  })

  test('counts its check character from all that stands before it, whatever stands between', () => {
    // The published example of the Luhn algorithm, and its digits with letters that do not count.
    expect(checkCharacter('7992739871', '0123456789')).toBe('3')
    expect(checkCharacter('No. 7992-7398-71', '0123456789')).toBe('3')
    const pattern = sound({ method: 'custom', functionName: '{9:4}-{9:4}-{9:3}{check:9}' })
    for (const key of drawKeys(pattern, 50)) expect(checkCharacter(key.slice(0, -1), '0123456789')).toBe(key.at(-1)!)
  })

  test('has a check character that shows one mistyped character, in either case', () => {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    const keys = drawKeys(sound({ method: 'custom', functionName: '{A:5}-{9:4}-{x:6}{check}' }), 50)
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(14), fc.integer({ min: 1, max: 35 }), (key, which, shift) => {
        const body = key.slice(0, -1).toUpperCase()
        expect(checkCharacter(body, alphabet)).toBe(key.at(-1)!)
        const place = [...body].flatMap((character, i) => (character === '-' ? [] : [i]))[which]!
        const wrong = alphabet[(alphabet.indexOf(body[place]!) + shift) % 36]!
        expect(checkCharacter(body.slice(0, place) + wrong + body.slice(place + 1), alphabet)).not.toBe(key.at(-1)!)
      }),
    )
  })
})

describe('a collision', () => {
  let installation: TestInstallation
  beforeAll(async () => {
    installation = await startInstallation()
  })
  afterAll(() => installation.close())

  /** A generator with so few keys that no door would let it in. */
  async function makeCramped(charset: string, chunkLength: number) {
    const product = await makeProduct(installation)
    const { json } = await installation.cli(
      'generator',
      'create',
      '--product',
      String(product),
      '--chunks',
      '1',
      '--chunk-length',
      '40',
      '--json',
    )
    const database = openRaw(installation.folder)
    database.run('update generators set charset = ?, chunk_length = ? where id = ?', [charset, chunkLength, json.id])
    database.close()
    return { product, generator: json.id as number }
  }

  const generate = (generator_id: number, quantity: number) =>
    installation.ask('POST /api/v1/generate', { generator_id, quantity })
  const stockOf = async (product_id: number) =>
    (await installation.ask('GET /api/v1/get-available-license-keys-count', { product_id })).response.count

  test('is drawn anew: twenty thousand of four million keys, some of them drawn twice for certain', async () => {
    const { product, generator } = await makeCramped('ABCD', 11)
    for (let i = 0; i < 20; i++) {
      const { response } = await generate(generator, 1000)
      expect(new Set(response.licenseKeys).size).toBe(1000)
    }
    expect(await stockOf(product)).toBe(20_000)
  })

  test('that cannot be helped is told, and leaves no key behind', async () => {
    const { product, generator } = await makeCramped('Z', 3)
    const refused = await generate(generator, 2)
    expect(refused).toMatchObject({ code: 9422, status: 422, message: 'No license keys could be generated' })
    expect(refused.response.detail).toContain('Make one with longer keys or a larger charset.')
    expect(await stockOf(product)).toBe(0)
    expect(await generate(generator, 1)).toMatchObject({ code: 815, response: { licenseKeys: ['ZZZ'] } })
    expect(await generate(generator, 1)).toMatchObject({ code: 9422 })
    expect(await stockOf(product)).toBe(1)
  })

  test('that cannot be helped undoes all of a request', async () => {
    const { product, generator } = await makeCramped('Y', 3)
    const other = await makeProduct(installation)
    await installation.cli('generator', 'create', '--product', String(other))
    const licenses = [{ product_id: other }, { generator_id: generator }, { generator_id: generator }]
    expect(await installation.ask('POST /api/v1/create-license-keys', { licenses })).toMatchObject({ code: 9422 })
    expect([await stockOf(other), await stockOf(product)]).toEqual([0, 0])
  })

  test('that cannot be helped leaves the quota of a contract as it was, and is not remembered as the answer', async () => {
    const { product, generator } = await makeCramped('X', 3)
    const created = await installation.ask('POST /api/v1/create-contract', {
      contract_key: 'holder',
      contract_name: 'Reseller',
      contract_information: 'Draws keys',
      product_id: product,
      license_keys_quantity: 5,
      status: 'active',
      can_get_info: 1,
      can_generate: 1,
      can_destroy: 1,
      can_destroy_all: 1,
    })
    const order = { contract_id: created.response.contract.id, quantity: 2, idempotency_key: 'again' }
    expect(await installation.ask('POST /api/v1/contracts/generate', order)).toMatchObject({ code: 9422 })
    const info = await installation.ask('GET /api/v1/contracts/get-info', { contract_key: 'holder' })
    expect(info.response.contract.license_keys_count).toBe(0)
    const database = openRaw(installation.folder)
    database.run("update generators set charset = 'XYZ', chunk_length = 40 where id = ?", [generator])
    database.close()
    expect(await installation.ask('POST /api/v1/contracts/generate', order)).toMatchObject({ code: 1300 })
  })
})
