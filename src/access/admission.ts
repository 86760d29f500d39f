import type { Config } from '../config'
import type { Deps } from '../deps'
import type { Outcome } from '../kernel/outcome'
import { admit, admitAnyone, type KnownKey, type Newcomer } from './admit'
import type { Capability } from './capabilities'
import type { Blocklist } from './doorkeeper'
import type { Pace } from './rate-limit'

/**
 * Asks the rules of CONTRACT §2 and notes the key's use: why this newcomer may not come in, undefined when it may. At
 * once, unless the blocklist has to be read anew.
 */
export type Admission = (
  newcomer: Newcomer,
  capability: Capability | undefined,
  identifier?: string,
) => Outcome | undefined | Promise<Outcome | undefined>

/** The rules together with what they lean on: the blocklist as it stands, and the pace of keys and addresses. */
export function openAdmission(deps: Pick<Deps, 'brake' | 'config' | 'doorkeeper' | 'limit'>): Admission {
  const { brake, config, doorkeeper, limit } = deps
  const secondsToWait = openPace(config, limit)

  function judge(blocklist: Blocklist, newcomer: Newcomer, capability?: Capability, identifier?: string) {
    const caller = { newcomer, identifier, blocklist, brake, secondsToWait }
    if (!capability) return admitAnyone(caller)
    const refusal = admit({ ...caller, capability })
    if (!refusal) doorkeeper.noteUse(newcomer.key!, newcomer.now)
    return refusal
  }

  async function judgeLater(blocklist: Promise<Blocklist>, ...asked: Parameters<Admission>) {
    return judge(await blocklist, ...asked)
  }

  return (newcomer, capability, identifier) => {
    const blocklist = doorkeeper.blocklist()
    return blocklist instanceof Promise
      ? judgeLater(blocklist, newcomer, capability, identifier)
      : judge(blocklist, newcomer, capability, identifier)
  }
}

/** Seconds a newcomer has to wait: for the pace of the key, where one is judged, then for that of its address. */
export const openPace =
  (config: Pick<Config, 'rate_limit_per_address'>, limit: Pace) =>
  (newcomer: Newcomer, key: KnownKey | undefined): number => {
    const byKey = key?.rateLimitPerMinute ? limit(`key ${key.id}`, key.rateLimitPerMinute, newcomer.now) : 0
    if (byKey || !config.rate_limit_per_address) return byKey
    return limit(`address ${newcomer.address}`, config.rate_limit_per_address, newcomer.now)
  }
