import { sha256 } from '../../kernel/secrets'
import type { Sealer } from '../../signing/sealing'

const lifetimeMs = 15 * 60_000
const purpose = 'download link'

/** A licence on a device, for which a link is made. */
export interface LinkHolder {
  licenseKey: string
  identifier: string
}

/**
 * The token that replaces the API key in a link: opaque, valid for fifteen minutes, and for this licence on this device
 * only. Nothing of it is stored.
 */
export const makeToken = (sealer: Sealer, apiKeyId: number, holder: LinkHolder, now: Date) =>
  sealer
    .seal(Buffer.from(JSON.stringify([now.getTime() + lifetimeMs, apiKeyId, fingerprintOf(holder)])), purpose)
    .toString('base64url')

/** The id of the API key behind a token; undefined if the token is expired, another holder's, or not ours. */
export function openToken(sealer: Sealer, token: string, holder: LinkHolder, now: Date): number | undefined {
  try {
    const text = sealer.open(Buffer.from(token, 'base64url'), purpose).toString()
    const [until, apiKeyId, fingerprint] = JSON.parse(text)
    const isGood = now.getTime() < until && fingerprint === fingerprintOf(holder)
    return isGood ? apiKeyId : undefined
  } catch {
    return undefined
  }
}

const fingerprintOf = ({ licenseKey, identifier }: LinkHolder) =>
  sha256(JSON.stringify([licenseKey, identifier])).slice(0, 32)

/** The URL of a release's file (CONTRACT §7). Base64 may contain `/`, so it is encoded like the rest. */
export const downloadUrl = (
  base: string,
  token: string,
  { licenseKey, identifier }: LinkHolder,
  numericVersion: number,
) =>
  `${base}/api/v1/download/${[token, licenseKey, Buffer.from(identifier).toString('base64'), String(numericVersion)]
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/')}`

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The identifier in a URL; undefined if it is not base64 of a text. */
export function decodeIdentifier(base64: string): string | undefined {
  if (!/^[\w+/-]+={0,2}$/.test(base64)) return undefined
  try {
    return utf8.decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}
