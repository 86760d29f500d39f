import { Type } from '@sinclair/typebox'
import type { Deps } from '../deps'
import { type Explanation, explain, FindingView } from '../kernel/rule'
import { answerCode, nullable, view, word } from '../kernel/view'
import type { Capability } from './capabilities'
import type { KnownKey } from './credential-cache'
import { openRequestLimits } from './request-limits'
import { rulesOfAdmission } from './rules'

/** A hypothetical request. */
export interface Imagined {
  key: KnownKey
  address: string
  capability: Capability
  identifier?: string | undefined
}

/** The verdict of every admission rule on a hypothetical request, and the answer it would get. */
export const AdmissionView = view('AdmissionExplanation', {
  rules: Type.Array(FindingView),
  answer: nullable(
    Type.Object(
      { code: answerCode, http: Type.Integer(), message: Type.String(), signer: Type.Optional(word(['global'])) },
      { description: 'Null where the request would be let in.' },
    ),
  ),
})

/** Applies every admission rule to a hypothetical request; counts against no limit. */
export async function explainAdmission(
  { guesses, config, credentials, limit }: Pick<Deps, 'guesses' | 'config' | 'credentials' | 'limit'>,
  { key, address, capability, identifier }: Imagined,
  now: Date,
): Promise<Explanation> {
  const requester = { key, address, now }
  const input = {
    requester,
    capability,
    identifier,
    attempt: { seconds: guesses.secondsToWait(requester) },
    blocklist: await credentials.blocklist(),
    limits: openRequestLimits(config, limit, { isTrial: true }),
  }
  return explain(rulesOfAdmission, input, now)
}
