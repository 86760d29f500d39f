import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../deps'
import { declared } from '../kernel/answers'
import { answerCode, nullable, view, word } from '../kernel/view'
import { type KnownKey, type KnownKeyAdmissionInput, type RuleName, rules } from './admit'
import { type Capability, everything } from './capabilities'
import { openRequestLimits } from './request-limits'

/** A hypothetical request. */
export interface Imagined {
  key: KnownKey
  address: string
  capability: Capability
  identifier?: string | undefined
}

/** The verdict of every admission rule on a hypothetical request, and the answer it would get. */
export const AdmissionView = view('AdmissionExplanation', {
  rules: Type.Array(
    Type.Object({
      rule: word(rules.map(({ name }) => name)),
      observed: Type.String({ description: 'What the rule looked at.' }),
      passed: Type.Boolean(),
    }),
  ),
  answer: nullable(
    Type.Object(
      { code: answerCode, http: Type.Integer(), message: Type.String(), signer: Type.Optional(word(['global'])) },
      { description: 'Null where the request would be let in.' },
    ),
  ),
})

/** Applies every admission rule to a hypothetical request; `answer` is null if it would be admitted. */
export async function explainAdmission(
  { guesses, config, credentials, limit }: Pick<Deps, 'guesses' | 'config' | 'credentials' | 'limit'>,
  { key, address, capability, identifier }: Imagined,
  now: Date,
): Promise<Static<typeof AdmissionView>> {
  return explainRules({
    requester: { key, address, now },
    capability,
    identifier,
    blocklist: await credentials.blocklist(),
    guesses,
    secondsToWait: openRequestLimits(config, limit, { isTrial: true }),
  })
}

/** Applies every rule of `admit`, including those after the first refusal. */
export function explainRules(input: KnownKeyAdmissionInput) {
  const asked = rules.map(({ name, refusal }) => ({
    rule: name,
    observed: observed[name](input),
    stopped: refusal(input),
  }))
  const first = asked.find(({ stopped }) => stopped)?.stopped
  return {
    rules: asked.map(({ stopped, ...rule }) => ({ ...rule, passed: stopped === undefined })),
    answer: first ? declared(first.answer) : null,
  }
}

const observed: Record<RuleName, (input: KnownKeyAdmissionInput) => string> = {
  'address is not blocked': ({ requester }) => requester.address,
  'address does not guess at keys': ({ guesses, requester }) => `to wait: ${guesses.secondsToWait(requester)} s`,
  'API key is known': ({ requester: { key } }) => `API key ${key.id} "${key.name}"`,
  'API key is in force': ({ requester: { key } }) => `${key.status}, ends ${key.expiresAt?.toISOString() ?? 'never'}`,
  'address is allowed': ({ requester: { key, address } }) =>
    `${address}, allowed from ${key.allowedIps.join(', ') || 'anywhere'}`,
  'capability is held': ({ requester: { key }, capability }) =>
    `${capability}, held: ${key.capabilities.includes(everything) ? 'everything' : key.capabilities.join(', ')}`,
  'rate limit is kept': ({ requester, secondsToWait, identifier }) => {
    const { key } = requester
    const limit = key.rateLimitPerMinute ? `${key.rateLimitPerMinute} a minute` : 'no limit of its own'
    return `${limit}, to wait: ${secondsToWait(requester, key, identifier)} s`
  },
  'device is not blocked': ({ identifier }) => identifier ?? 'none named',
}
