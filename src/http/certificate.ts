import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Config } from '../config'
import { OperatorError } from '../kernel/operator-error'
import { unreadable } from '../kernel/ownership'

/** A TLS key pair, both halves as PEM; the certificate is followed by its chain. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/**
 * Reads the pair that `tls_cert` and `tls_key` name; undefined if neither is set. Throws an `OperatorError` for an
 * unusable pair.
 */
export function readCertificate({ tls_cert, tls_key }: Pick<Config, 'tls_cert' | 'tls_key'>): Certificate | undefined {
  if (!tls_cert && !tls_key) return undefined
  if (!tls_cert || !tls_key)
    throw new OperatorError('TLS takes a certificate and its key: give both --tls-cert and --tls-key', 'invalid_input')
  const [cert, key] = [read(tls_cert, '--tls-cert'), read(tls_key, '--tls-key')]
  const certificate = parsed(() => new X509Certificate(cert), `${tls_cert} holds no certificate (PEM)`)
  const privateKey = parsed(() => createPrivateKey(key), `${tls_key} holds no private key (PEM without a passphrase)`)
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new OperatorError(`${tls_key} is not the key of ${tls_cert}: give the two that belong together`)
  }
  return { cert, key }
}

/** When the certificate expires. */
export const certificateEnd = ({ cert }: Certificate) => new Date(new X509Certificate(cert).validTo)

function read(path: string, flag: string) {
  try {
    return plain(readFileSync(path))
  } catch (error) {
    throw new OperatorError(`${flag}: ${unreadable(path, error)}`)
  }
}

/** Normalizes PEM: Windows editors add a byte order mark, end lines in CRLF or write UTF-16. */
function plain(bytes: Buffer) {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  return bytes
    .toString(isWide ? 'utf16le' : 'utf8')
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
}

function parsed<T>(parse: () => T, problem: string): T {
  try {
    return parse()
  } catch {
    throw new OperatorError(`${problem}: give the file your certificate authority gave you`)
  }
}
