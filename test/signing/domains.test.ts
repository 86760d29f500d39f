import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash, publicDecrypt, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { desc } from 'drizzle-orm'
import { type AuditCheckpoint, auditCheckpoints } from '../../db/schema/operations'
import { isGenuine, makeCheckpoint } from '../../src/audit/checkpoint'
import { isCertified, isCompanionOf } from '../../src/signing/certificate'
import { responseProblemOf } from '../../src/signing/check'
import { beside } from '../support/beside'
import { startInstallation, type TestInstallation } from '../support/installation'
import { fenced, pages } from '../support/readme'
import { makeActiveLicense, makeProduct } from '../support/stock'

const identifier = 'my-laptop'
let installation: TestInstallation
let folder: string
let pem: string
let checkpoint: AuditCheckpoint
let successor: { id: string; publicPem: string }
let forerunner: { id: string; publicPem: string }
let companion: { id: string; publicPem: string }

/** What the key signed, as text, and its signature: of each kind one, from the same key. */
type Kind =
  | 'answer'
  | 'list of keys'
  | 'offline file'
  | 'certificate'
  | 'certificate of a companion'
  | 'checkpoint'
  | 'trial'
  | '.lic file'
type Signed = Record<string, { text: string; signature: Buffer }>
let signed: Record<Kind, Signed[string]>
/** What the companion signed, of each kind one; the last is no kind of its own. */
let signedByCompanion: Signed

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-domains-'))
  installation = await startInstallation()
  const { keys } = (await installation.ask('GET /api/v1/keys')).response
  pem = keys[0].public_key
  const license_key = await makeActiveLicense(installation, { product_id: await makeProduct(installation) }, identifier)
  const answer = JSON.parse((await installation.ask('POST /api/v1/verify', { license_key, identifier })).text)
  const list = (await installation.ask('GET /api/v1/keys')).response
  const file = await installation.ask('POST /api/v1/get-license-file', { license_key, identifier })
  const offlineFile = async (options = {}) => {
    const file = await fetch(`${installation.url}/api/v1/licenses/${license_key}/offline-file`, {
      method: 'POST',
      headers: { authorization: `Bearer ${installation.apiKey}` },
      body: new URLSearchParams({ identifier, ...options }),
    })
    const { signature, ...content } = (await file.json()) as { signature: string }
    return { text: JSON.stringify(content), signature: bytes(signature) }
  }
  const es256 = { signature_algorithm: 'ES256' }
  const ownAnswer = JSON.parse(
    (await installation.ask('POST /api/v1/verify', { license_key, identifier, ...es256 })).text,
  )
  const listed = keys.find((key: { algorithm: string }) => key.algorithm === 'ES256')
  companion = { id: listed.key_id, publicPem: listed.public_key }
  const trial = await beside(installation, async ({ db, keys: ring, clock }) => {
    await makeCheckpoint({ db, keys: ring }, clock())
    const [last] = await db.read.select().from(auditCheckpoints).orderBy(desc(auditCheckpoints.auditId)).limit(1)
    checkpoint = last!
    const { privateKey } = (await ring.signerFor({ productId: undefined, now: clock() }))!
    const own = (await ring.signerFor({ productId: undefined, now: clock(), algorithm: 'ES256' }))!
    const text = 'latchkey trial signature'
    const byCompanion = { key: own.privateKey, dsaEncoding: 'ieee-p1363' } as const
    signedByCompanion = {
      answer: { text: ownAnswer.response_base64, signature: bytes(ownAnswer.signature) },
      'offline file': await offlineFile(es256),
      trial: { text, signature: sign('sha256', Buffer.from(text), byCompanion) },
    }
    return sign('sha256', Buffer.from(text), privateKey)
  })
  await installation.cli('key', 'rotate', '--yes', '--bits', '2048', '--overlap', '1d')
  const [fresh] = (await installation.ask('GET /api/v1/keys')).response.keys.filter(
    (key: { certified_by: string | null }) => key.certified_by === keys[0].key_id,
  )
  forerunner = { id: keys[0].key_id, publicPem: pem }
  successor = { id: fresh.key_id, publicPem: fresh.public_key }
  const certificateOf = (first: string, id: string, publicPem: string) => {
    const spki = Buffer.from(publicPem.replace(/-----.*?-----|\s/g, ''), 'base64')
    return [first, forerunner.id, id, createHash('sha256').update(spki).digest('hex')].join('\n')
  }
  signed = {
    answer: { text: answer.response_base64, signature: bytes(answer.signature) },
    'list of keys': { text: list.signed_keys, signature: bytes(list.signatures[0].signature) },
    'offline file': await offlineFile(),
    certificate: {
      text: certificateOf('latchkey key certificate', successor.id, successor.publicPem),
      signature: bytes(fresh.certificate),
    },
    'certificate of a companion': {
      text: certificateOf('latchkey companion certificate', companion.id, companion.publicPem),
      signature: bytes(listed.certificate),
    },
    checkpoint: {
      text: `audit checkpoint ${checkpoint.auditId} ${checkpoint.hash} ${checkpoint.at.toISOString()}`,
      signature: bytes(checkpoint.signature),
    },
    trial: { text: 'latchkey trial signature', signature: trial },
    '.lic file': { text: '', signature: bytes(file.response.licFileContent) },
  }
})
afterAll(async () => {
  await installation.close()
  rmSync(folder, { recursive: true, force: true })
})

const bytes = (base64: string) => Buffer.from(base64, 'base64')

async function example(name: string) {
  const file = join(folder, `${name}.ts`)
  await Bun.write(file, fenced('ts', pages.integrate).find((block) => block.includes(`function ${name}(`))!)
  return (await import(file))[name]
}

type Reader = (text: string, signature: Buffer) => unknown

/** Each way to read something signed; it throws, or says nothing, where that is not of its kind. */
const readers: [Kind, string, () => Promise<Reader>][] = [
  [
    'answer',
    'the example for clients',
    async () => {
      const open = await example('openAnswer')
      return (response_base64, signature) =>
        open(JSON.stringify({ response_base64, signature: signature.toString('base64') }), pem).code
    },
  ],
  [
    'answer',
    'verify-response',
    async () => (response_base64, signature) => {
      const response = JSON.parse(Buffer.from(response_base64, 'base64').toString())
      const envelope = {
        response,
        response_base64,
        private_key_used: 'global',
        signature: signature.toString('base64'),
      }
      return !responseProblemOf(JSON.stringify(envelope), pem)
    },
  ],
  [
    'list of keys',
    'a client that reads signed_keys',
    async () => (text, signature) => {
      const keys = JSON.parse(Buffer.from(text, 'base64').toString())
      return verify('sha256', Buffer.from(text), pem, signature) && keys[0].public_key
    },
  ],
  [
    'offline file',
    'the example for devices without a connection',
    async () => {
      const open = await example('openOfflineFile')
      return (text, signature) => {
        const content = JSON.parse(text.startsWith('{') ? text : Buffer.from(text, 'base64').toString())
        return open(JSON.stringify({ ...content, signature: signature.toString('base64') }), pem, identifier).license
          ?.key
      }
    },
  ],
  [
    'certificate',
    'a client that follows a rotation',
    async () => (_, signature) => isCertified(forerunner, successor, signature.toString('base64')),
  ],
  [
    'certificate of a companion',
    'a client that knows the RSA key alone',
    async () => (_, signature) => isCompanionOf(forerunner, companion, signature.toString('base64')),
  ],
  [
    'checkpoint',
    'audit verify',
    async () => (_, signature) => isGenuine({ ...checkpoint, signature: signature.toString('base64') }, pem),
  ],
  [
    '.lic file',
    'the example for .lic files',
    async () => {
      const open = await example('openLicenseFile')
      return (_, signature) => open(signature.toString('base64'), pem, identifier).license?.license_key
    },
  ],
]

describe.each(readers)('what is read as %s, by %s,', (kind, _, openReader) => {
  test('is nothing else that the key has signed', async () => {
    const read = await openReader()
    for (const [name, { text, signature }] of Object.entries(signed)) {
      // Each block of a .lic file is the size of a signature.
      const tried = name === '.lic file' && kind !== name ? blocksOf(signature) : [signature]
      for (const each of tried) expect([name, accepted(read, text, each)]).toEqual([name, name === kind])
    }
  })
})

describe('what a companion signs', () => {
  test('is an answer or an offline file, each by its own reader, and nothing else', async () => {
    const [openAnswer, openOfflineFile] = [await example('openAnswer'), await example('openOfflineFile')]
    const each: [string, Reader][] = [
      [
        'answer',
        (response_base64, signature) =>
          openAnswer(JSON.stringify({ response_base64, signature: signature.toString('base64') }), companion.publicPem)
            .code,
      ],
      [
        'offline file',
        (text, signature) => {
          const content = JSON.parse(text.startsWith('{') ? text : Buffer.from(text, 'base64').toString())
          const file = JSON.stringify({ ...content, signature: signature.toString('base64') })
          return openOfflineFile(file, companion.publicPem, identifier).license?.key
        },
      ],
    ]
    for (const [kind, read] of each) {
      for (const [name, { text, signature }] of Object.entries(signedByCompanion)) {
        expect([kind, name, accepted(read, text, signature)]).toEqual([kind, name, name === kind])
      }
      for (const [name, { text, signature }] of Object.entries(signed)) {
        expect([kind, name, accepted(read, text, signature)]).toEqual([kind, name, false])
      }
    }
  })

  test('is nothing that an RSA key signs, and vouches for no key', async () => {
    for (const [kind, , openReader] of readers) {
      const read = await openReader()
      for (const [name, { text, signature }] of Object.entries(signedByCompanion)) {
        expect([kind, name, accepted(read, text, signature)]).toEqual([kind, name, false])
      }
    }
    for (const { signature } of Object.values(signedByCompanion)) {
      expect(isCertified(companion, successor, signature.toString('base64'))).toBe(false)
      expect(isCompanionOf(companion, successor, signature.toString('base64'))).toBe(false)
    }
  })
})

test('a companion passes for no successor, and a successor for no companion', () => {
  const { certificate, 'certificate of a companion': own } = signed
  const text = ({ signature }: { signature: Buffer }) => signature.toString('base64')
  expect(isCertified(forerunner, companion, text(own))).toBe(false)
  expect(isCompanionOf(forerunner, successor, text(certificate))).toBe(false)
})

const blocksOf = (file: Buffer) => {
  const size = signed.trial.signature.length
  return Array.from({ length: file.length / size }, (_, i) => file.subarray(i * size, (i + 1) * size))
}

function accepted(read: Reader, text: string, signature: Buffer) {
  try {
    return Boolean(read(text, signature))
  } catch {
    return false
  }
}

test('no block of a .lic file is a signature over anything: what it opens to is text, and never a hash', () => {
  for (const block of blocksOf(signed['.lic file'].signature)) {
    expect(publicDecrypt(pem, block).every((byte) => byte >= 0x20)).toBe(true)
  }
  // What a signature opens to begins with control characters, which JSON knows nowhere, not even within a text.
  for (const { signature } of Object.values(signed).filter(({ text }) => text)) {
    expect([...publicDecrypt(pem, signature).subarray(2, 6)]).toEqual([0x30, 0x0d, 0x06, 0x09])
  }
})
