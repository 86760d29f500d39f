import type { Deps } from '../deps'
import type { Outcome } from '../kernel/outcome'
import { admit, admitAnyone, type Requester } from './admit'
import type { Capability } from './capabilities'
import type { Blocklist } from './credential-cache'
import type { Attempt } from './guess-limiter'
import { openRequestLimits } from './request-limits'

/**
 * Applies the rules of CONTRACT §2 and records the key's use. Returns the refusal, or undefined if the request is
 * admitted; synchronous unless the blocklist must be reloaded or earlier requests may be guesses.
 */
export type Admission = (
  requester: Requester,
  capability: Capability | undefined,
  identifier?: string,
) => Outcome | undefined | Promise<Outcome | undefined>

/**
 * Binds the rules to their inputs: the current blocklist, the guess limiter, and the rate limits of keys and addresses.
 */
export function openAdmission(deps: Pick<Deps, 'guesses' | 'config' | 'credentials' | 'limit'>): Admission {
  const { guesses, config, credentials, limit } = deps
  const secondsToWait = openRequestLimits(config, limit)
  const ofAttempt = { secondsToWait: ({ attempt }: Requester) => attempt?.seconds ?? 0 }

  function judge(blocklist: Blocklist, requester: Requester, capability?: Capability, identifier?: string) {
    const input = { requester, identifier, blocklist, guesses: ofAttempt, secondsToWait }
    if (!capability) return admitAnyone(input)
    const refusal = admit({ ...input, capability })
    if (!refusal) credentials.noteUse(requester.key!, requester.now)
    return refusal
  }

  async function judgeLater(
    blocklist: Blocklist | Promise<Blocklist>,
    attempt: Attempt | Promise<Attempt> | undefined,
    ...[requester, ...asked]: Parameters<Admission>
  ) {
    requester.attempt = await attempt
    return judge(await blocklist, requester, ...asked)
  }

  return (requester, capability, identifier) => {
    const blocklist = credentials.blocklist()
    const attempt = capability && guesses.begin(requester)
    if (blocklist instanceof Promise || attempt instanceof Promise) {
      return judgeLater(blocklist, attempt, requester, capability, identifier)
    }
    requester.attempt = attempt
    return judge(blocklist, requester, capability, identifier)
  }
}
