import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { verify } from 'node:crypto'
import { isCertified } from '../../src/signing/certificate'
import { responseProblemOf } from '../../src/signing/check'
import { retireKey, rotateKey } from '../../src/signing/service'
import { listKeyUses } from '../../src/signing/store'
import { beside } from '../support/beside'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'

const dayMs = 86_400_000

interface ListedKey {
  key_id: string
  product_id: number | null
  public_key: string
  state: string
  algorithm: string
  certified_by: string | null
  certificate: string | null
}

let installation: TestInstallation
let license_key: string
beforeAll(async () => {
  installation = await startInstallation()
  license_key = await makeActiveLicense(installation, { product_id: await makeProduct(installation) }, 'laptop')
})
afterAll(() => installation.close())

const ask = (key_id?: string) =>
  installation.ask('POST /api/v1/verify', { license_key, identifier: 'laptop', ...(key_id && { key_id }) })
const list = async () => (await installation.ask('GET /api/v1/keys', {}, { key: null })).response
const rsaOf = (keys: ListedKey[]) => keys.filter(({ algorithm }) => algorithm === 'RS256')
const rotate = (overlapMs: number) =>
  beside(installation, (other) => rotateKey({ ...other, clock: installation.now }, null, { bits: 2048, overlapMs }))

describe('a global key that is replaced with an overlap', () => {
  let old: ListedKey
  let fresh: ListedKey
  beforeAll(async () => {
    await rotate(30 * dayMs)
    const { keys } = await list()
    old = keys.find(({ state }: ListedKey) => state === 'outgoing')
    fresh = keys.find(({ state }: ListedKey) => state === 'coming')
  })

  test('goes on signing for clients that know no other', async () => {
    expect(responseProblemOf((await ask()).text, old.public_key)).toBeUndefined()
    expect(responseProblemOf((await ask(old.key_id)).text, old.public_key)).toBeUndefined()
    expect(responseProblemOf((await ask('no such key')).text, old.public_key)).toBeUndefined()
  })

  test('lets clients that ask for its successor have that one’s signature', async () => {
    expect(responseProblemOf((await ask(fresh.key_id)).text, fresh.public_key)).toBeUndefined()
  })

  test('vouches for its successor, and both sign the list', async () => {
    const named = ({ key_id: id, public_key: publicPem }: ListedKey) => ({ id, publicPem })
    expect(fresh.certified_by).toBe(old.key_id)
    expect(isCertified(named(old), named(fresh), fresh.certificate!)).toBe(true)
    expect(isCertified(named(old), { ...named(fresh), publicPem: old.public_key }, fresh.certificate!)).toBe(false)
    const { keys, signed_keys, signatures } = await list()
    expect(JSON.parse(Buffer.from(signed_keys, 'base64').toString())).toEqual(keys)
    expect(signatures.map(({ key_id }: ListedKey) => key_id).sort()).toEqual([old.key_id, fresh.key_id].sort())
    for (const { key_id, signature } of signatures) {
      const { public_key } = keys.find((key: ListedKey) => key.key_id === key_id)
      expect(verify('sha256', Buffer.from(signed_keys), public_key, Buffer.from(signature, 'base64'))).toBe(true)
    }
  })

  test('is counted for those who named it and those who named none', async () => {
    const uses = () => beside(installation, ({ db }) => listKeyUses(db.read, '2000-01-01'))
    await until('the counts are written', async () => (await uses()).some(({ named }) => named > 0))
    const use = (await uses()).find(({ keyId }) => keyId === old.key_id)
    expect(use!.named).toBeGreaterThanOrEqual(1)
    expect(use!.unnamed).toBeGreaterThanOrEqual(2)
  })

  test('hands over when the overlap ends, without a restart, and signs no more', async () => {
    await installation.advance(30 * dayMs)
    for (const key_id of [undefined, old.key_id, fresh.key_id]) {
      expect(responseProblemOf((await ask(key_id)).text, fresh.public_key)).toBeUndefined()
    }
    const states = rsaOf((await list()).keys).map(({ key_id, state }) => [key_id, state])
    expect(states).toEqual([
      [fresh.key_id, 'current'],
      [old.key_id, 'retired'],
    ])
  })
})

describe('a key that has leaked', () => {
  test('is retired at once: its successor takes over, and it can be asked for no more', async () => {
    const fresh = await rotate(30 * dayMs)
    const leaked = (await list()).keys.find(({ state }: ListedKey) => state === 'outgoing')
    await beside(installation, ({ db }) => db.write((tx) => retireKey(tx, leaked.key_id, installation.now())))
    for (const key_id of [undefined, leaked.key_id]) {
      expect(responseProblemOf((await ask(key_id)).text, fresh.publicPem)).toBeUndefined()
    }
    expect((await list()).keys.find(({ key_id }: ListedKey) => key_id === leaked.key_id).state).toBe('retired')
  })

  test('is replaced before it can be retired: an owner is never left without a key', async () => {
    const current = (await list()).keys.find(({ state }: ListedKey) => state === 'current')
    const retire = (id: string) =>
      beside(installation, ({ db }) => db.write((tx) => retireKey(tx, id, installation.now())))
    await expect(retire(current.key_id)).rejects.toThrow('"key rotate"')
    await expect(retire('nonsense')).rejects.toThrow('"key show"')
  })
})

test('a key that is replaced twice within its overlap ends with the earlier handover', async () => {
  await rotate(10 * dayMs)
  const last = await rotate(0)
  expect(responseProblemOf((await ask()).text, last.publicPem)).toBeUndefined()
  const { keys } = await list()
  const live = rsaOf(keys).filter(({ state }) => state !== 'retired')
  expect(live.map(({ key_id }) => key_id)).toEqual([last.id])
})
