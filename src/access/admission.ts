import type { Config } from '../config'
import type { Deps } from '../deps'
import { admit, admitAnyone, type Caller, type KnownKey } from './admit'
import type { Brake } from './brake'
import type { Capability } from './capabilities'
import type { Blocklist } from './doorkeeper'
import type { Pace } from './rate-limit'

/** Who wants in: with an API key or without, from where, when. */
export interface Newcomer {
  readonly key: KnownKey | undefined
  /** Asked for only when a rule needs it. */
  readonly address: string
  readonly now: Date
}

/** Asks the rules of CONTRACT §2 and notes the key's use: why this caller may not come in, undefined when it may. */
export type Admission = ReturnType<typeof openAdmission>

/** The rules together with what they lean on: the blocklist as it stands, and the pace of keys and addresses. */
export function openAdmission(deps: Pick<Deps, 'brake' | 'config' | 'doorkeeper' | 'limit'>) {
  const { brake, config, doorkeeper, limit } = deps
  const secondsToWait = openPace(config, limit)

  return async (newcomer: Newcomer, capability: Capability | undefined, identifier?: string) => {
    const { key, now } = newcomer
    const asked = doorkeeper.blocklist()
    const blocklist = asked instanceof Promise ? await asked : asked
    const pace = () => secondsToWait(newcomer, capability && key)
    const caller = callerOf(newcomer, { blocklist, brake, identifier, secondsToWait: pace })
    const refusal = capability ? admit({ ...caller, key, capability, now }) : admitAnyone(caller)
    if (!refusal && capability) doorkeeper.noteUse(key!, now)
    return refusal
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

/** What the rules ask about a newcomer. */
type Surroundings = Pick<Caller, 'identifier' | 'secondsToWait'> & { blocklist: Blocklist; brake: Brake }

/** How a newcomer looks to the rules. */
export const callerOf = (
  newcomer: Newcomer,
  { blocklist, brake, identifier, secondsToWait }: Surroundings,
): Caller => ({
  address: () => newcomer.address,
  identifier,
  isAddressBlocked: () => blocklist.hasAddresses && blocklist.blocks('ip', newcomer.address, newcomer.now),
  isDeviceBlocked: (device) => blocklist.blocks('identifier', device, newcomer.now),
  secondsOfBrake: () => brake.secondsToWait(newcomer),
  secondsToWait,
})
