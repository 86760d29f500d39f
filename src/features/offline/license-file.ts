import type { License } from '../../../db/schema/licensing'
import { isoPlain } from '../../kernel/moments'
import type { Signer } from '../../signing/key-ring'
import type { PrivateEncrypt } from '../../signing/private-encrypt'
import { expiryOf } from '../licenses/policy'

const checkIntervalDays = 1
const forceValidationDays = 7

/** What a `.lic` file says (CONTRACT §8). It names no day of the last check: PHP clients stumble over one. */
export function licenseFileContent(license: License, productUuid: string, identifier: string) {
  const expiry = expiryOf(license)
  return {
    license_key: license.licenseKey,
    licenseKey: license.licenseKey,
    product_uuid: productUuid,
    product: { uuid: productUuid },
    status: 'active',
    expires_at: expiry ? isoPlain(expiry) : null,
    hardware_id: identifier,
    domain: identifier,
    features: license.features,
    licenseCheckInterval: checkIntervalDays,
    forceLicenseValidation: forceValidationDays,
  }
}

/** The text of a `.lic` file: its content as JSON, encrypted with the private key, in base64 (CONTRACT §8). */
export async function encryptLicenseFile(content: object, { privateKey }: Signer, encrypt: PrivateEncrypt) {
  const blocks = await encrypt(privateKey, Buffer.from(JSON.stringify(content)))
  return Buffer.from(blocks).toString('base64')
}
