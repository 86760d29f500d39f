import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Sorry } from '../../kernel/sorry'

const keyBytes = 32
const saltBytes = 16
const ivBytes = 12
/** About half a second and 128 MiB for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1 }
const maxmem = 256 * 1024 * 1024

/** A secret under a passphrase, as it is written: everything but the passphrase that opening it takes. */
const Sealed = Type.Object({
  cipher: Type.Literal('aes-256-gcm'),
  derivation: Type.Literal('scrypt'),
  N: Type.Integer({ minimum: 2 ** 10, maximum: 2 ** 17 }),
  r: Type.Literal(cost.r),
  p: Type.Literal(cost.p),
  salt: Type.String(),
  iv: Type.String(),
  tag: Type.String(),
  data: Type.String(),
})

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt as never)

const keyOf = (passphrase: string, salt: Buffer, N: number) =>
  derive(passphrase.normalize('NFKC'), salt, keyBytes, { ...cost, N, maxmem })

/** Seals a secret so that whoever knows the passphrase can open it anywhere: JSON, with the salt and cost it takes. */
export async function sealUnder(passphrase: string, secret: string): Promise<string> {
  const [salt, iv] = [randomBytes(saltBytes), randomBytes(ivBytes)]
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt, cost.N), iv)
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
  }
  return `${JSON.stringify(written)}\n`
}

/** The secret. A `Sorry` when that is not its passphrase, or it was altered. */
export async function openUnder(passphrase: string, sealed: string): Promise<string> {
  const { salt, iv, tag, data, N } = Value.Parse(Sealed, JSON.parse(sealed))
  const bytes = (text: string) => Buffer.from(text, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, bytes(salt), N), bytes(iv))
  decipher.setAuthTag(bytes(tag))
  try {
    return Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString()
  } catch {
    throw new Sorry('the passphrase does not open the keys of this backup: give the one it was taken with')
  }
}
