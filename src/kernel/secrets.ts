import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, URL-safe, behind a prefix that says what it opens. */
export const randomToken = (prefix: string) => `${prefix}_${randomBytes(32).toString('base64url')}`

/** Lower-case hex SHA-256. */
export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
