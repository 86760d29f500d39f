import { type KeyObject, sign, verify } from 'node:crypto'

/**
 * The algorithms of signatures by their names in JOSE, both with SHA-256: RSA PKCS#1 v1.5, and ECDSA on the curve P-256.
 */
export const signatureAlgorithms = ['RS256', 'ES256'] as const
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

/** An ECDSA signature is the numbers r and s, 32 bytes each (IEEE P1363). For an RSA key this says nothing. */
const dsaEncoding = 'ieee-p1363'

/** Signs on the event loop, in base64: fit for P-256, whose signature takes some 25 µs; RSA's takes milliseconds. */
export const signAtOnce = (text: string, key: KeyObject) =>
  sign('sha256', Buffer.from(text), { key, dsaEncoding }).toString('base64')

/** Whether the private half of that key, RSA or P-256, has signed the text. */
export const isSignedBy = (publicPem: string, text: string | Buffer, signature: Buffer) =>
  verify('sha256', Buffer.from(text), { key: publicPem, dsaEncoding }, signature)
