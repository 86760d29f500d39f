import type { Deps } from '../deps'
import { declared } from '../kernel/answers'
import { type Holder, type KnownKey, type RuleName, rules } from './admit'
import { type Capability, everything } from './capabilities'
import { openPace } from './pace'

/** A request that might be made. */
export interface Imagined {
  key: KnownKey
  address: string
  capability: Capability
  identifier?: string | undefined
}

/** What every rule of admission would say to a request, and the answer it would get; null where it may come in. */
export async function explainAdmission(
  { guesses, config, doorkeeper, limit }: Pick<Deps, 'guesses' | 'config' | 'doorkeeper' | 'limit'>,
  { key, address, capability, identifier }: Imagined,
  now: Date,
) {
  return explain({
    newcomer: { key, address, now },
    capability,
    identifier,
    blocklist: await doorkeeper.blocklist(),
    guesses,
    secondsToWait: openPace(config, limit, { isTrial: true }),
  })
}

/** The same rules that `admit` asks, each of them, whether one before it stops the candidate or not. */
export function explain(candidate: Holder) {
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

const saw: Record<RuleName, (candidate: Holder) => string> = {
  'address is not blocked': ({ newcomer }) => newcomer.address,
  'address does not guess at keys': ({ guesses, newcomer }) => `to wait: ${guesses.secondsToWait(newcomer)} s`,
  'API key is known': ({ newcomer: { key } }) => `API key ${key.id} "${key.name}"`,
  'API key is in force': ({ newcomer: { key } }) => `${key.status}, ends ${key.expiresAt?.toISOString() ?? 'never'}`,
  'address is allowed': ({ newcomer: { key, address } }) =>
    `${address}, allowed from ${key.allowedIps.join(', ') || 'anywhere'}`,
  'capability is held': ({ newcomer: { key }, capability }) =>
    `${capability}, held: ${key.capabilities.includes(everything) ? 'everything' : key.capabilities.join(', ')}`,
  'rate limit is kept': ({ newcomer, secondsToWait, identifier }) => {
    const { key } = newcomer
    const limit = key.rateLimitPerMinute ? `${key.rateLimitPerMinute} a minute` : 'no limit of its own'
    return `${limit}, to wait: ${secondsToWait(newcomer, key, identifier)} s`
  },
  'device is not blocked': ({ identifier }) => identifier ?? 'none named',
}
