import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { message, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/**
 * The certificate authorities for receivers: the public ones and those in the file of the setting `webhook_ca`.
 * Undefined, for the public ones only, if it names no file. Throws an `OperatorError` if the file is invalid.
 */
export function readAuthorities(path: string): string[] | undefined {
  if (!path) return undefined
  const own = readText(path).match(certificate) ?? []
  if (!own.length || !own.every(isCertificate)) {
    throw new OperatorError(
      message`${path} holds no certificate (PEM): name the file of your certificate authority with ${settingRef('webhook_ca')}`,
    )
  }
  return [...tls.rootCertificates, ...own]
}

function readText(path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new OperatorError(
      message`cannot read ${path}: check the name in ${settingRef('webhook_ca')} and the file's permissions`,
    )
  }
}

function isCertificate(pem: string) {
  try {
    return Boolean(new X509Certificate(pem))
  } catch {
    return false
  }
}
