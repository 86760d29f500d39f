import type { Static } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import type { Deps } from '../../deps'
import type { Answer } from '../../kernel/answers'
import { type Outcome, Refusal, say } from '../../kernel/outcome'
import { findLicense, findPastedLicense } from '../licenses/service'
import type { LicenseMeta } from './model'

const bytesPerMinute = 1_048_576
/** The size of an audit entry without its values. */
const bytesOfRow = 256

/**
 * Limits what devices leave behind by changing a licence's metadata, since the audit log keeps each change with the
 * value before it. A licence that has changed too much of late must wait, and the write is undone.
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
