import type { Deps } from '../deps'
import { declared } from '../kernel/answers'
import { callerOf, openPace } from './admission'
import { type Candidate, type KnownKey, type RuleName, rules } from './admit'
import { type Capability, everything } from './capabilities'

/** A request that might be made. */
export interface Imagined {
  key: KnownKey
  address: string
  capability: Capability
  identifier?: string | undefined
}

/** What every rule of admission would say to a request, and the answer it would get; null where it may come in. */
export async function explainAdmission(
  { brake, config, doorkeeper, limit }: Pick<Deps, 'brake' | 'config' | 'doorkeeper' | 'limit'>,
  { key, address, capability, identifier }: Imagined,
  now: Date,
) {
  const newcomer = { key, address, now }
  const blocklist = await doorkeeper.blocklist()
  const secondsToWait = openPace(config, limit.foresee)
  const pace = () => secondsToWait(newcomer, key)
  const caller = callerOf(newcomer, { blocklist, brake, identifier, secondsToWait: pace })
  return explain({ ...caller, key, capability, now })
}

/** The same rules that `admit` asks, each of them, whether one before it stops the candidate or not. */
export function explain(candidate: Candidate & { key: KnownKey }) {
  const asked = rules.map(({ name, refusal }) => ({
    rule: name,
    saw: saw[name](candidate),
    stopped: refusal(candidate),
  }))
  const first = asked.find(({ stopped }) => stopped)?.stopped
  return {
    rules: asked.map(({ stopped, ...rule }) => ({ ...rule, passed: stopped === undefined })),
    answer: first ? declared(first.answer) : null,
  }
}

const saw: Record<RuleName, (candidate: Candidate & { key: KnownKey }) => string> = {
  'address is not blocked': ({ address }) => address(),
  'address does not guess at keys': ({ secondsOfBrake }) => `to wait: ${secondsOfBrake()} s`,
  'API key is known': ({ key }) => `API key ${key.id} "${key.name}"`,
  'API key is in force': ({ key }) => `${key.status}, ends ${key.expiresAt?.toISOString() ?? 'never'}`,
  'address is allowed': ({ key, address }) => `${address()}, allowed from ${key.allowedIps.join(', ') || 'anywhere'}`,
  'capability is held': ({ key, capability }) =>
    `${capability}, held: ${key.capabilities.includes(everything) ? 'everything' : key.capabilities.join(', ')}`,
  'rate limit is kept': ({ key, secondsToWait }) =>
    `${key.rateLimitPerMinute ? `${key.rateLimitPerMinute} a minute` : 'no limit of its own'}, to wait: ${secondsToWait()} s`,
  'device is not blocked': ({ identifier }) => identifier ?? 'none named',
}
