import { describe, expect, test } from 'bun:test'
import { mkdirSync } from 'node:fs'
import fc from 'fast-check'
import { sha256 } from '../../src/kernel/secrets'
import { emptyInstallation, textsIn } from '../support/empty-installation'

const moment = fc.integer({ min: 0, max: 2_000_000_000_000 }).map((ms) => new Date(ms).toISOString())
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null })
const flag = fc.constantFrom(0, 1)
/** Anything a person may write; what stands around it is dropped, as everywhere. */
const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => text.trim() !== '' && text === text.trim() && !text.includes('\0'))
const id = fc.integer({ min: 1, max: 1_000_000 })
const meta = fc.uniqueArray(fc.record({ key: words, value: words }), { selector: ({ key }) => key, maxLength: 3 })

const product = fc.record({
  id,
  uuid: fc.uuid({ version: 4 }),
  slug: fc.constant(null),
  name: words,
  description: words,
  source: fc.constantFrom('internal', 'envato'),
  external_reference: maybe(words).map((text) => text ?? ''),
  status: fc.constantFrom('active', 'inactive'),
  require_non_expired: flag,
  post_url: fc.constantFrom('', 'https://example.com/freed'),
  changelog_enabled: flag,
  features: fc.uniqueArray(
    fc.oneof(
      fc.record({ key: words, label: words, type: fc.constant('number'), default: fc.integer(), description: words }),
      fc.record({ key: words, label: words, type: fc.constant('string'), default: words, description: words }),
    ),
    { selector: ({ key }) => key, maxLength: 2 },
  ),
  created_at: moment,
  updated_at: moment,
  meta_data: meta,
})

const activation = fc.record({
  id,
  identifier: words,
  post_url: fc.constantFrom('', 'https://example.com/gone'),
  ip: fc.constantFrom('', '203.0.113.7', '2001:db8::1'),
  user_agent: maybe(words).map((text) => text ?? ''),
  activated_at: moment,
  deactivated_at: maybe(moment),
  last_verified_at: maybe(moment),
})

const stock = { assigned_at: fc.constant(null), revoked_at: fc.constant(null) }
const state = fc.oneof(
  fc.record({ status: fc.constantFrom('available', 'reserved'), ...stock }),
  fc.record({ status: fc.constant('assigned'), assigned_at: moment, revoked_at: fc.constant(null) }),
  fc.record({ status: fc.constant('blocked'), assigned_at: maybe(moment), revoked_at: maybe(moment) }),
)

const license = fc
  .record({
    id,
    license_key: words,
    owner_name: maybe(words),
    owner_email: maybe(words),
    activation_limit: fc.integer({ min: -1, max: 0 }),
    validity: fc.integer({ min: 0, max: 5000 }),
    withheld: fc.constantFrom(0, 1),
    features: fc.dictionary(words, fc.oneof(fc.boolean(), fc.integer(), words), { maxKeys: 2 }),
    created_at: moment,
    updated_at: moment,
    meta_data: meta,
    activations: fc.uniqueArray(activation, {
      comparator: (a, b) => a.identifier === b.identifier || a.id === b.id,
      maxLength: 3,
    }),
    state,
    of: fc.nat(),
    from: fc.nat(),
  })
  .map(({ state, ...rest }) => ({ ...rest, ...state }))

const generator = fc.record({
  id,
  method: fc.constant('chunk-system'),
  prefix: fc.constantFrom('', 'PRO-'),
  suffix: fc.constantFrom('', '-X'),
  number_of_chunks: fc.integer({ min: 3, max: 6 }),
  chunk_length: fc.integer({ min: 4, max: 6 }),
  activation_limit: fc.integer({ min: 0, max: 5 }),
  validity: fc.integer({ min: 0, max: 400 }),
  status: flag,
  created_at: moment,
  updated_at: moment,
  of: fc.nat(),
})

const contract = fc.record({
  id,
  uuid: fc.uuid({ version: 4 }),
  name: words,
  information: words,
  contract_key: words,
  license_keys_quantity: fc.integer({ min: 50, max: 100 }),
  status: fc.constantFrom('active', 'inactive'),
  can_get_info: flag,
  can_generate: flag,
  can_destroy: flag,
  can_destroy_all: flag,
  created_at: moment,
  updated_at: moment,
  of: fc.nat(),
})

const apiKey = fc.record({
  id,
  name: words,
  hash: words.map(sha256),
  prefix: fc.constant('lk_abcde'),
  status: fc.constantFrom('active', 'inactive', 'revoked'),
  capabilities: fc.constantFrom(['*'], ['verify', 'activate']),
  allowed_ips: fc.constantFrom([], ['203.0.113.7', '2001:db8::/32']),
  rate_limit_per_minute: maybe(fc.integer({ min: 1, max: 1000 })),
  expires_at: maybe(moment),
  created_at: moment,
  last_used_at: maybe(moment),
})

const block = fc.record({
  id,
  kind: fc.constant('identifier'),
  value: words,
  reason: maybe(words).map((text) => text ?? ''),
  created_at: moment,
  expires_at: maybe(moment),
})

const webhook = fc.record({
  id,
  uuid: fc.uuid({ version: 4 }),
  name: words,
  url: fc.constant('https://shop.example.com/latchkey'),
  events: fc.constantFrom(['license.created'], ['license.created', 'license.expired']),
  active: flag,
  created_at: moment,
})

const some = <T extends { id: number }>(one: fc.Arbitrary<T>, name: (thing: T) => unknown, minLength = 0) =>
  fc.uniqueArray(one, { minLength, maxLength: 6, comparator: (a, b) => a.id === b.id || name(a) === name(b) })

/** A installation as lines: everything that can stand in an export. */
const installations = fc
  .record({
    products: some(product, ({ uuid }) => uuid, 1),
    generators: some(generator, ({ id }) => id),
    contracts: some(contract, ({ contract_key }) => contract_key),
    licenses: some(license, ({ license_key }) => license_key),
    blocklist: some(block, ({ value }) => value),
    webhooks: some(webhook, ({ uuid }) => uuid),
    api_keys: some(apiKey, ({ hash }) => hash),
  })
  .map(({ products, contracts, licenses, generators, ...rest }) => {
    const of = <T extends { of: number }>({ of, ...thing }: T) => ({
      ...thing,
      product_id: products[of % products.length]!.id,
    })
    return {
      products,
      generators: generators.map(of),
      contracts: contracts.map(of),
      licenses: licenses.map(({ from, ...license }, i) => ({
        ...of(license),
        // No two have the same id, whichever licence they are on.
        activations: license.activations.map((seat) => ({ ...seat, id: seat.id + i * 1_000_000 })),
        contract_id: from % 2 ? null : (contracts[from % Math.max(1, contracts.length)]?.id ?? null),
        generator_id: generators[from % Math.max(1, generators.length)]?.id ?? null,
      })),
      ...rest,
    }
  })

describe('export', () => {
  test('of a random installation, imported into an empty folder, gives equal files', async () => {
    await fc.assert(
      fc.asyncProperty(installations, async (lines) => {
        const [first, second] = [await emptyInstallation(), await emptyInstallation()]
        const folder = first.path('lines')
        mkdirSync(folder)
        for (const [table, rows] of Object.entries(lines)) {
          first.file(`lines/${table}.jsonl`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
        }
        const imported = await first.cli('import', folder, '--yes', '--json')
        expect(JSON.parse(imported.out)).toMatchObject({ refused: 0, already_there: 0 })
        await first.cli('export', '--to', first.path('out'))
        await first.cli('export', '--to', first.path('out.jsonl'))
        expect((await second.cli('import', first.path('out'), '--yes')).exitCode).toBe(0)
        await second.cli('export', '--to', second.path('out'))
        await second.cli('export', '--to', second.path('out.jsonl'))
        expect(textsIn(second.path('out'))).toEqual(textsIn(first.path('out')))
        expect(await Bun.file(second.path('out.jsonl')).text()).toBe(await Bun.file(first.path('out.jsonl')).text())
        for (const [table, rows] of Object.entries(lines)) {
          const written = (await Bun.file(first.path(`out/${table}.jsonl`)).text()).split('\n').slice(0, -1)
          const byId = rows.toSorted((a, b) => a.id - b.id)
          expect(written.map((line) => JSON.parse(line))).toMatchObject(byId.map(withoutOrder))
        }
        const again = await second.cli('import', first.path('out.jsonl'), '--yes', '--json')
        expect(again.json).toMatchObject({ made: 0, refused: 0 })
        first.remove()
        second.remove()
      }),
      { numRuns: 6, endOnFailure: true },
    )
  }, 120_000)
})

/** Activations are written in the order of their ids. */
const withoutOrder = (row: object) =>
  'activations' in row
    ? { ...row, activations: (row.activations as { id: number }[]).toSorted((a, b) => a.id - b.id) }
    : row
