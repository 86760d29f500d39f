import { type Answer, declared } from '../kernel/answers'
import type { Outcome } from '../kernel/outcome'
import { sharedForm } from '../kernel/shared-json'

/** The answers that mean success. Any other is a refusal with a 4xx or 5xx status, so that a new one is refused. */
const successes: ReadonlySet<Answer> = new Set<Answer>([
  'valid_license_key',
  'license_activated',
  'license_already_active',
  'license_deactivated',
  'active_license_found',
  'license_file_retrieved',
  'license_feature',
  'downloads',
  'product_found',
  'product_public_key_found',
  'changelog_retrieved',
  'license_keys_list',
  'available_license_keys_count',
  'license_key_assigned',
  'license_keys_assigned',
  'request_queued',
  'all_products',
  'all_generators',
  'all_contracts',
  'contract_found',
  'generated_license_keys',
  'contract_license_keys_generated',
  'correct_format_telemetry_saved',
  // Saved as well, and the SDKs take for optional what it lacks.
  'incorrect_format_telemetry_saved',
  'telemetry_data_found',
  'license_keys_creation_result',
  'product_created',
  'product_updated',
  'product_deleted',
  'contract_created',
  'contract_updated',
  'contract_deleted',
  'license_key_updated',
  'license_key_deleted',
  'contract_license_key_deleted',
  'contract_license_keys_deleted',
  'metadata_created',
  'metadata_updated',
  'metadata_deleted',
  'product_meta_created',
  'product_meta_updated',
  'product_meta_deleted',
])

/** The answers that tell of a licence and its device. */
const aboutDevice: ReadonlySet<Answer> = new Set<Answer>([
  'valid_license_key',
  'license_activated',
  'license_already_active',
  'license_deactivated',
  'active_license_found',
])

/** Those after which this device may use the licence. */
const valid: ReadonlySet<Answer> = new Set<Answer>([
  'valid_license_key',
  'license_activated',
  'license_already_active',
  'active_license_found',
])

export const tellsOfDevice = (answer: Answer) => aboutDevice.has(answer)

/** The HTTP status of an answer to an SDK, which takes any 2xx for success. */
export function sdkStatusOf(answer: Answer): number {
  const { http } = declared(answer)
  if (http !== 200 || successes.has(answer)) return http
  if (/not_found|not_exist|invalid_license_key/.test(answer)) return 404
  return /incorrect|required/.test(answer) ? 422 : 403
}

/** The envelope without its signature: what is signed. */
export function sdkText(outcome: Outcome, facts: object, label: string, now: Date): string {
  const { answer, data, saidAt } = outcome
  const { code: declaredCode, message } = declared(answer)
  const code = Number(declaredCode)
  // The PHP SDK takes 301 for a failure, although the device has its seat.
  const codeBeside = answer === 'license_already_active' ? Number(declared('license_activated').code) : code
  const timestamp = Math.floor((saidAt ?? now).getTime() / 1000)
  const payload = withoutFalseDates(data) as Record<string, unknown>
  const response = sharedForm({ code, message, ...payload, timestamp })
  // The SDKs return a top-level `data` in place of the whole answer.
  const { data: list, ...siblings } = payload
  const success = successes.has(answer)
  return JSON.stringify({
    response,
    response_base64: Buffer.from(JSON.stringify(response)).toString('base64'),
    private_key_used: label,
    ...(sharedForm({ code, ...siblings, ...(list !== undefined && { telemetry: list }), ...facts }) as object),
    // Written after the payload, so that it cannot overwrite them.
    code: codeBeside,
    success,
    valid: valid.has(answer),
    message,
    timestamp,
  })
}

/** The envelope with its signature as the last member. */
export const sdkEnvelope = (text: string, signature: string) =>
  `${text.slice(0, -1)},"signature":${JSON.stringify(signature)}}`

/** A date that is `false` for never is null: the SDKs' types allow a text or null. */
function withoutFalseDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFalseDates)
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      each === false && key.endsWith('_at') ? null : withoutFalseDates(each),
    ]),
  )
}
