import type { License } from '../../../db/schema/licensing'
import { isoPlain } from '../../kernel/moments'
import type { Signer } from '../../signing/key-ring'
import type { PrivateEncrypt } from '../../signing/private-encrypt'
import { expiryOf } from '../licenses/policy'
import { boundText } from './bound-blocks'

/** The bytes of each block that PKCS#1 v1.5 padding takes. */
const paddingBytes = 11
const checkIntervalDays = 1
const forceValidationDays = 7

/**
 * The content of a `.lic` file (CONTRACT §8). It has no day of the last check: PHP clients fail on one. Members that
 * may exceed a block come at the ends, features and keys after `domain`, the device itself last: if two files are
 * spliced inside such a text, every important member still comes from one file.
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

/** The text of a `.lic` file: its JSON content, encrypted in blocks with the private key, in base64 (CONTRACT §8). */
export async function encryptLicenseFile(
  content: Readonly<Record<string, unknown>>,
  { privateKey }: Signer,
  encrypt: PrivateEncrypt,
) {
  const blockBytes = privateKey.asymmetricKeyDetails!.modulusLength! / 8 - paddingBytes
  const blocks = await encrypt(privateKey, boundText(content, blockBytes, privateKey))
  return Buffer.from(blocks).toString('base64')
}
