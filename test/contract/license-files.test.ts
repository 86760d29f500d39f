import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { constants, createPublicKey, type KeyObject, publicDecrypt } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { licenses } from '../../db/schema/licensing'
import { generateRsaKey, toSigningKey } from '../../src/signing/key-pair'
import { putInPlace } from '../../src/signing/service'
import { beside } from '../support/beside'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type Php, startPhp } from '../support/php'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let php: Php
beforeAll(async () => {
  installation = await startInstallation()
  php = await startPhp('<?php')
})
afterAll(async () => {
  php.exit()
  await installation.close()
})

const uuid = (digit: string) => `${digit.repeat(8)}-1111-4111-8111-${digit.repeat(12)}`
const dear = {
  seats: 500,
  export: true,
  tier: 'professional',
  'a name of many letters indeed': 'long',
  'ünï/cödé': '"ß" 😀',
}
const cheap = { seats: 1, export: false, tier: 'free', 'a name of many letters indeed': 'lang', 'ünï/cödé': '"ä" 🙂' }

/** A trial of the dear product, and a licence of the cheap one that never ends, each signed with the same key of that size. */
async function stockOf(bits: 2048 | 3072 | 4096) {
  await beside(installation, async ({ db, sealer, clock }) => {
    const key = toSigningKey(await generateRsaKey(bits), sealer, { productId: null, now: clock() })
    await db.write((tx) => putInPlace(tx, key))
  })
  const { keys } = (await installation.cli('key', 'show', '--json')).json
  const publicPem: string = keys.find((key: { product_id: unknown; retired_at: unknown }) => !key.retired_at).public_key
  const make = async (license_keys: string, validity: number, features: Record<string, boolean | number | string>) => {
    const product_id = await makeProduct(installation)
    await makeLicense(installation, { product_id, validity, license_keys: [license_keys] })
    await beside(installation, ({ db }) =>
      db.write(async (tx) => {
        await tx.update(licenses).set({ features }).where(eq(licenses.licenseKey, license_keys))
      }),
    )
    return license_keys
  }
  const digits = { 2048: ['a', 'b'], 3072: ['c', 'd'], 4096: ['e', 'f'] }[bits]
  const trial = await make(uuid(digits[0]!), 1, dear)
  const free = await make(uuid(digits[1]!), 0, cheap)
  return { publicPem, trial, free }
}

async function fileOf(license_key: string, identifier: string) {
  await installation.ask('POST /api/v1/activate', { license_key, identifier })
  const { response } = await installation.ask('POST /api/v1/get-license-file', { license_key, identifier })
  return Buffer.from(response.licFileContent, 'base64')
}

/** Each block's text, by a reader that knows nothing of brackets and digests. */
function blocksOf(file: Buffer, key: KeyObject) {
  const size = key.asymmetricKeyDetails!.modulusLength! / 8
  return Array.from({ length: file.length / size }, (_, i) =>
    publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, file.subarray(i * size, (i + 1) * size)),
  )
}

const parsed = (pieces: Buffer[]) => {
  try {
    return JSON.parse(Buffer.concat(pieces).toString())
  } catch {
    return undefined
  }
}

describe.each([2048, 3072, 4096] as const)('a .lic file under RSA-%d', (bits) => {
  test('opens as it was made and, cut into two with another, as no licence that nobody has', async () => {
    const { publicPem, trial, free } = await stockOf(bits)
    const key = createPublicKey(publicPem)
    const owned = [
      { license_key: trial, features: dear, expires_at: expect.stringMatching(/Z$/) },
      { license_key: free, features: cheap, expires_at: null },
    ]
    const lengths = [
      [9, 9],
      [60, 78],
      [150, 150],
      [300, 300],
      [418, 400],
      [1024, 1006],
    ] as const
    let opened = 0
    for (const [ofTrial, ofFree] of lengths) {
      const names = ['d'.repeat(ofTrial), 'd'.repeat(ofFree)]
      const files = [
        blocksOf(await fileOf(trial, names[0]!), key),
        blocksOf(await fileOf(free, names[1]!), key),
      ] as const
      for (const i of [0, 1]) expect(parsed(files[i]!)).toMatchObject({ ...owned[i], hardware_id: names[i] })
      for (const [from, to] of [files, files.toReversed()] as const) {
        for (let taken = 1; taken < from!.length; taken++) {
          for (let left = 0; left < to!.length; left++) {
            const mixed = parsed([...from!.slice(0, taken), ...to!.slice(left)])
            // Within the name of a device alone can two files be joined; all else is still of one of them.
            if (!mixed) continue
            if (!mixed.license_key) {
              expect(Object.keys(mixed)).toEqual(['domain', 'digest'])
              continue
            }
            opened += 1
            expect(Math.max(ofTrial, ofFree)).toBeGreaterThan(60)
            const whose = mixed.license_key === trial ? 0 : 1
            expect(mixed).toMatchObject({ ...owned[whose], licenseKey: owned[whose]!.license_key })
            if (mixed.domain === mixed.hardware_id) expect(mixed.domain).toBe(names[whose])
          }
        }
      }
    }
    expect(opened).toBeGreaterThan(0)
  })
})

test('PHP reads the file that the brackets hold together', async () => {
  const { publicPem, trial } = await stockOf(2048)
  const file = await fileOf(trial, 'gerät-1')
  const code = `$all = ''; foreach (str_split(base64_decode($input[0]), 256) as $block) {
      openssl_public_decrypt($block, $piece, $input[1]); $all .= $piece; }
    echo json_encode(json_decode($all, true, 512, JSON_THROW_ON_ERROR));`
  const read = JSON.parse(await php.run(code, [file.toString('base64'), publicPem]))
  expect(read).toMatchObject({ license_key: trial, hardware_id: 'gerät-1', domain: 'gerät-1', features: dear })
  expect(Object.keys(read).toSorted()).toEqual(
    [
      ...[
        'digest',
        'domain',
        'expires_at',
        'features',
        'forceLicenseValidation',
        'hardware_id',
        'licenseCheckInterval',
      ],
      ...['licenseKey', 'license_key', 'product', 'product_uuid', 'status'],
    ].toSorted(),
  )
})
