import type { License } from '../../../db/schema/licensing'
import { isoPlain } from '../../kernel/moments'
import type { Signer } from '../../signing/key-ring'
import type { PrivateEncrypt } from '../../signing/private-encrypt'
import { expiryOf } from '../licenses/policy'
import { boundText } from './bound-blocks'

/** What PKCS#1 v1.5 takes of each block. */
const paddingBytes = 11
const checkIntervalDays = 1
const forceValidationDays = 7

/**
 * What a `.lic` file says (CONTRACT §8). It names no day of the last check: PHP clients stumble over one. What may be
 * longer than a block stands at the ends, features and keys behind `domain`, the device itself last: where two files are
 * cut within such a text, all that matters is still of one of them.
 */
export function licenseFileContent(license: License, productUuid: string, identifier: string) {
  const expiry = expiryOf(license)
  return {
    domain: identifier,
    features: license.features,
    licenseKey: license.licenseKey,
    license_key: license.licenseKey,
    product_uuid: productUuid,
    product: { uuid: productUuid },
    status: 'active',
    expires_at: expiry ? isoPlain(expiry) : null,
    licenseCheckInterval: checkIntervalDays,
    forceLicenseValidation: forceValidationDays,
    hardware_id: identifier,
  }
}

/** The text of a `.lic` file: its content as JSON, encrypted with the private key in blocks, in base64 (CONTRACT §8). */
export async function encryptLicenseFile(
  content: Readonly<Record<string, unknown>>,
  { privateKey }: Signer,
  encrypt: PrivateEncrypt,
) {
  const blockBytes = privateKey.asymmetricKeyDetails!.modulusLength! / 8 - paddingBytes
  const blocks = await encrypt(privateKey, boundText(content, blockBytes, privateKey))
  return Buffer.from(blocks).toString('base64')
}
