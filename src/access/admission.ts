import type { Deps } from '../deps'
import type { Outcome } from '../kernel/outcome'
import { admit, admitAnyone, type Requester } from './admit'
import type { Capability } from './capabilities'
import type { Blocklist } from './credential-cache'
import type { Attempt } from './guess-limiter'
import { openRequestLimits } from './request-limits'

/**
 * Asks the rules of CONTRACT §2 and notes the key's use: why this requester may not come in, undefined when it may. At
 * once, unless the blocklist has to be read anew, or those before it may be guessing.
 */
export type Admission = (
  requester: Requester,
  capability: Capability | undefined,
  identifier?: string,
) => Outcome | undefined | Promise<Outcome | undefined>

/** The rules together with what they lean on: the blocklist as it stands, the guesses, the rates of keys and addresses. */
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
