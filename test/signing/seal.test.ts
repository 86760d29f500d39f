import { describe, expect, test } from 'bun:test'
import { createPublicKey } from 'node:crypto'
import { say } from '../../src/kernel/outcome'
import { responseProblemOf } from '../../src/signing/check'
import { generateRsaKey } from '../../src/signing/key-pair'
import type { KeyRequest, Signer } from '../../src/signing/key-ring'
import { sealWith } from '../../src/signing/seal'

const privateKey = await generateRsaKey(2048)
const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
const noon = new Date('2030-01-01T12:00:00.000Z')
const uncounted = { note() {} }
const globalKey = { keyId: 'one', pairId: 'one', algorithm: 'RS256', label: 'global' } as const
const after = (ms: number) => new Date(noon.getTime() + ms)

/** A seal over one key that counts how often it is taken out to sign. */
function counting() {
  let taken = 0
  const signer: Signer = {
    ...globalKey,
    get privateKey() {
      taken++
      return privateKey
    },
  }
  return {
    seal: sealWith({ known: () => undefined, signerFor: async () => signer }, uncounted),
    signatures: () => taken,
  }
}

describe('equal answers of one second', () => {
  test('are signed once, however many wait for it', async () => {
    const { seal, signatures } = counting()
    const texts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => seal(say('valid_license_key').signedFor(1), after(i))),
    )
    expect(new Set(texts).size).toBe(1)
    expect(responseProblemOf(texts[0]!, publicPem)).toBeUndefined()
    expect(signatures()).toBe(1)
    await seal(say('valid_license_key').signedFor(1), after(999))
    expect(signatures()).toBe(1)
  })

  test('are not those of the next, which carry another timestamp', async () => {
    const { seal, signatures } = counting()
    const one = await seal(say('valid_license_key'), after(999))
    const two = await seal(say('valid_license_key'), after(1000))
    expect(JSON.parse(two).response.timestamp).toBe(JSON.parse(one).response.timestamp + 1)
    expect(signatures()).toBe(2)
    expect(await seal(say('valid_license_key'), after(999))).toBe(one)
    expect(signatures()).toBe(2)
    for (const text of [one, two]) expect(responseProblemOf(text, publicPem)).toBeUndefined()
  })

  test('are forgotten after the one that follows', async () => {
    const { seal, signatures } = counting()
    const one = await seal(say('valid_license_key'), noon)
    await seal(say('valid_license_key'), after(5000))
    expect(await seal(say('valid_license_key'), noon)).toBe(one)
    expect(signatures()).toBe(3)
  })

  test('are forgotten as well by a clock that was set back', async () => {
    const { seal, signatures } = counting()
    await seal(say('valid_license_key'), after(3_600_000))
    const one = await seal(say('valid_license_key'), noon)
    expect(await seal(say('valid_license_key'), noon)).toBe(one)
    expect(signatures()).toBe(2)
    await seal(say('valid_license_key'), after(5000))
    await seal(say('valid_license_key'), noon)
    expect(signatures()).toBe(4)
  })

  test('that are long are signed once where everybody gets them', async () => {
    const { seal, signatures } = counting()
    const long = say('all_products', { products: ['x'.repeat(5000)] })
    expect(await seal(long, noon)).toBe(await seal(long, noon))
    expect(signatures()).toBe(1)
    const asker = { laneOf: () => ({ network: '192.0.2.1', subject: 'KEY' }) }
    const own = say('active_license_found', { notes: ['x'.repeat(5000)] })
    expect(await seal(own, noon, {}, asker)).toBe(await seal(own, noon, {}, asker))
    expect(signatures()).toBe(3)
  })

  test('do not share what another key signed', async () => {
    const other = await generateRsaKey(2048)
    let signer: Signer = { ...globalKey, privateKey }
    const seal = sealWith({ known: () => undefined, signerFor: async () => signer }, uncounted)
    const one = await seal(say('valid_license_key'), noon)
    signer = { keyId: 'two', pairId: 'two', algorithm: 'RS256', label: 'product', privateKey: other }
    const two = await seal(say('valid_license_key'), noon)
    expect(JSON.parse(two).signature).not.toBe(JSON.parse(one).signature)
    expect(JSON.parse(two).private_key_used).toBe('product')
    expect(responseProblemOf(two, publicPem)).toBeDefined()
  })

  test('are tried again when signing failed', async () => {
    let isBroken = true
    const signer: Signer = {
      ...globalKey,
      get privateKey() {
        if (isBroken) throw new Error('out of order')
        return privateKey
      },
    }
    const seal = sealWith({ known: () => undefined, signerFor: async () => signer }, uncounted)
    await expect(seal(say('valid_license_key'), noon)).rejects.toThrow('out of order')
    isBroken = false
    expect(responseProblemOf(await seal(say('valid_license_key'), noon), publicPem)).toBeUndefined()
  })
})

describe('whose key signs', () => {
  const asked: (number | undefined)[] = []
  const signerFor = async ({ productId }: KeyRequest) => {
    asked.push(productId)
    return undefined
  }
  const seal = sealWith({ known: () => undefined, signerFor }, uncounted)

  test('the product’s where one is concerned, the global one where the contract says so', async () => {
    await seal(say('valid_license_key').signedFor(7), noon)
    await seal(say('license_deactivated').signedFor(7), noon)
    await seal(say('license_key_assigned').signedFor(7), noon)
    await seal(say('invalid_license_key'), noon)
    expect(asked).toEqual([7, undefined, undefined, undefined])
  })

  test('nobody’s where there is none: the answer says so', async () => {
    expect(JSON.parse(await seal(say('valid_license_key').signedFor(7), noon))).toEqual({
      response: { code: 200, message: 'Valid license key', timestamp: noon.getTime() / 1000 },
      response_base64: expect.any(String),
      private_key_used: 'global',
      signature: 'Private key not set',
    })
  })
})
