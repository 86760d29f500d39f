import type { Static } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import type { Deps } from '../../deps'
import type { Answer } from '../../kernel/answers'
import { type Outcome, Refusal, say } from '../../kernel/outcome'
import { findLicense, findPastedLicense } from '../licenses/service'
import type { LicenseMeta } from './model'

const bytesPerMinute = 1_048_576
/** An entry of the audit log, beside the values in it. */
const bytesOfRow = 256

/**
 * Bounds what a licence's devices leave behind when they change its metadata: each change is kept in the audit log, with
 * the value before it. A licence that has changed too much of late waits, and what was begun is undone.
 */
export async function withinMetadataQuota(
  { limit }: Pick<Deps, 'limit'>,
  tx: Queryable,
  { license_key = '', value = '' }: Static<typeof LicenseMeta>,
  now: Date,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const outcome = await work()
  if (!changed.has(outcome.answer)) return outcome
  const license = (await findLicense(tx, license_key)) ?? (await findPastedLicense(tx, license_key))
  const bytes = bytesOfRow + 2 * Buffer.byteLength(value)
  const seconds = license ? limit.spend(`metadata ${license.id}`, bytesPerMinute, now, bytes) : 0
  if (seconds) throw new Refusal(say('too_many_requests', { retry_after: seconds }).signedFor(license!.productId))
  return outcome
}

const changed: ReadonlySet<Answer> = new Set(['metadata_created', 'metadata_updated', 'metadata_deleted'])
