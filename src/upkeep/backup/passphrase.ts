import { createCipheriv, createDecipheriv, createHmac, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { OperatorError } from '../../kernel/operator-error'
import { jsonIn } from './manifest'

const keyBytes = 32
const saltBytes = 16
const ivBytes = 12
const tagBytes = 16
/** About half a second and 128 MiB per guess. */
const cost = { N: 2 ** 17, r: 8, p: 1 }
/** The accepted costs of other files; scrypt takes only powers of two. */
const costs = Array.from({ length: 8 }, (_, i) => Type.Literal(2 ** (10 + i)))
const maxmem = 256 * 1024 * 1024

const base64Of = (bytes: number) =>
  Type.RegExp(new RegExp(`^[A-Za-z0-9+/]{${Math.ceil((bytes * 4) / 3)}}={${(3 - (bytes % 3)) % 3}}$`))

/** A secret sealed with a passphrase: everything needed to open it except the passphrase. */
const Sealed = Type.Object({
  cipher: Type.Literal('aes-256-gcm'),
  derivation: Type.Literal('scrypt'),
  N: Type.Union(costs),
  r: Type.Literal(cost.r),
  p: Type.Literal(cost.p),
  salt: base64Of(saltBytes),
  iv: base64Of(ivBytes),
  tag: base64Of(tagBytes),
  data: Type.String(),
  /** Distinguishes a wrong passphrase from an altered text. */
  check: Type.Optional(Type.String()),
})

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt as never)

const keyOf = (passphrase: string, salt: Buffer, N: number) =>
  derive(passphrase.normalize('NFKC'), salt, keyBytes, { ...cost, N, maxmem })

const checkOf = (key: Buffer) => createHmac('sha256', key).update('latchkey passphrase').digest('base64').slice(0, 8)

/**
 * Seals a secret with a passphrase, to be opened on any machine: JSON with salt and cost. Opening it needs the same
 * `bound` text, byte for byte, which the passphrase thereby authenticates.
 */
export async function sealUnder(passphrase: string, secret: string, bound?: string): Promise<string> {
  const [salt, iv] = [randomBytes(saltBytes), randomBytes(ivBytes)]
  const key = await keyOf(passphrase, salt, cost.N)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  if (bound !== undefined) cipher.setAAD(Buffer.from(bound))
  const data = Buffer.concat([cipher.update(secret), cipher.final()])
  const written: Static<typeof Sealed> = {
    cipher: 'aes-256-gcm',
    derivation: 'scrypt',
    ...cost,
    ...{ r: cost.r as 8, p: cost.p as 1 },
    salt: salt.toString('base64'),
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
    ...(bound !== undefined && { check: checkOf(key) }),
  }
  return `${JSON.stringify(written)}\n`
}

/**
 * Opens a sealed secret. Throws an `OperatorError` if the passphrase is wrong, or if the sealed text or the bound one
 * was altered.
 */
export async function openUnder(passphrase: string, sealed: string, bound?: string): Promise<string> {
  const written = jsonIn(sealed)
  if (!Value.Check(Sealed, written)) {
    throw new OperatorError(
      'the sealed keys of this backup are damaged: copy it again from where it was taken, or use another',
    )
  }
  const { salt, iv, tag, data, N, check } = written
  const bytes = (text: string) => Buffer.from(text, 'base64')
  const key = await keyOf(passphrase, bytes(salt), N)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes(iv))
  if (bound !== undefined) decipher.setAAD(Buffer.from(bound))
  decipher.setAuthTag(bytes(tag))
  try {
    return Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString()
  } catch {
    if (check === checkOf(key)) {
      throw new OperatorError(
        'this backup was altered since it was taken, its passphrase does not vouch for it: use another',
      )
    }
    throw new OperatorError('the passphrase does not open the keys of this backup: give the one it was taken with')
  }
}
