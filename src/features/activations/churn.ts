import type { Queryable } from '../../database/connection'
import type { Deps } from '../../deps'
import { type Outcome, Refusal, say } from '../../kernel/outcome'
import { findLicense } from '../licenses/service'

/** A device's licence key and when it asks. */
interface Asked {
  license_key?: string | undefined
  now: Date
}

/**
 * Bounds seats that are taken and freed in turn, each of which leaves rows behind: a licence whose devices have freed
 * too many of late waits before it takes another, and what was begun is undone. Seats can always be freed.
 */
export async function withinSeatRate(
  { config, limit }: Pick<Deps, 'config' | 'limit'>,
  tx: Queryable,
  { license_key = '', now }: Asked,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const outcome = await work()
  const perMinute = config.freed_seats_per_minute
  const isFreed = outcome.answer === 'license_deactivated'
  if (!perMinute || !(isFreed || outcome.answer === 'license_activated')) return outcome
  const license = await findLicense(tx, license_key)
  if (!license) return outcome
  const name = `freed seats ${license.id}`
  if (isFreed) limit.charge(name, perMinute, now)
  const seconds = isFreed ? 0 : limit.foresee(name, perMinute, now)
  if (seconds) throw new Refusal(say('too_many_requests', { retry_after: seconds }).signedFor(license.productId))
  return outcome
}
