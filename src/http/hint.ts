import type { AdmittedRequest } from '../access/admitted-request'
import type { Answer } from '../kernel/answers'
import { nearest } from '../kernel/nearest'

/** The answers to a request without a licence key; they are those for an unknown one. */
const answersWithoutKey: ReadonlySet<Answer> = new Set<Answer>([
  'invalid_license_key',
  'license_key_not_found_details',
  'invalid_or_already_assigned',
  'license_key_not_found',
  'license_key_not_found_update',
  'incorrect_data_license_update',
  'contract_license_key_not_found',
])

/** Names that clients of other servers use for the licence key, without case and punctuation. */
const usualNames = [
  ...['license', 'licence', 'licensekey', 'licencekey', 'licensecode', 'licencecode', 'licensenumber', 'key', 'serial'],
  ...['serialkey', 'serialnumber', 'activationkey', 'activationcode', 'productkey', 'purchasecode', 'code'],
]

const fieldsLookedAt = 64

/**
 * A hint for a client that sent no `license_key`: which of its fields was probably meant. The answer itself stays as in
 * the contract. The hint repeats only the field's name, never its value.
 */
export function hintFor(answer: Answer, admitted: AdmittedRequest | undefined): string | undefined {
  if (!answersWithoutKey.has(answer) || !admitted || admitted.values.license_key) return undefined
  const { context, values } = admitted
  const names = Object.keys(context.fields).slice(0, fieldsLookedAt)
  const meant = names.find((name) => !(name in values) && isNear(name))
  return meant && `license_key is missing; did you mean to send "${meant}" as license_key?`
}

function isNear(name: string) {
  if (!/^[\w.-]{1,40}$/.test(name) || name === 'license_key') return false
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return usualNames.includes(plain) || nearest('licensekey', [plain]) !== undefined
}
