import type { Queryable } from '../../database/connection'
import type { Deps } from '../../deps'
import { type Outcome, Refusal, say } from '../../kernel/outcome'
import { findLicense, findPastedLicense } from '../licenses/service'

/** A device's licence key and when it asks. */
interface Asked {
  license_key?: string | undefined
  now: Date
}

/**
 * Limits how fast a licence's seats are taken, since each taking leaves rows behind. A licence whose devices have freed
 * too many of late (or taken too many, where it has no limit) must wait before it takes another, and the write is
 * undone. Freeing a seat is never limited.
 */
export async function withinSeatRate(
  { config, limit }: Pick<Deps, 'config' | 'limit'>,
  tx: Queryable,
  { license_key = '', now }: Asked,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const outcome = await work()
  const { freed_seats_per_minute: freed, taken_seats_per_minute: taken } = config
  const isFreed = outcome.answer === 'license_deactivated'
  if (!isFreed && outcome.answer !== 'license_activated') return outcome
  const license = (await findLicense(tx, license_key)) ?? (await findPastedLicense(tx, license_key))
  if (!license) return outcome
  const name = `freed seats ${license.id}`
  if (isFreed && freed) limit.charge(name, freed, now)
  if (isFreed) return outcome
  const isUnlimited = license.activationLimit <= 0
  const seconds =
    (freed && limit.foresee(name, freed, now)) ||
    (taken && isUnlimited && limit(`taken seats ${license.id}`, taken, now))
  if (seconds) throw new Refusal(say('too_many_requests', { retry_after: seconds }).signedFor(license.productId))
  return outcome
}
