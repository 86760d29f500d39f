import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, URL-safe, after a prefix that names the token's kind. */
export const randomToken = (prefix: string) => `${prefix}_${randomBytes(32).toString('base64url')}`

/** Lower-case hex SHA-256. */
export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
