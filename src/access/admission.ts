import type { Deps } from '../deps'
import type { Outcome } from '../kernel/outcome'
import { firstBroken, refusalOf } from '../kernel/rule'
import type { Capability } from './capabilities'
import type { Blocklist } from './credential-cache'
import type { Attempt } from './guess-limiter'
import { openRequestLimits } from './request-limits'
import { type Requester, rulesForAnyone, rulesOfAdmission } from './rules'

/** What a request asks for, apart from who makes it. */
export interface Wanted {
  /** Undefined where no API key is asked for. */
  capability: Capability | undefined
  identifier?: string | undefined
  /** The request's reservation in the guess limiter. */
  attempt?: Attempt | undefined
}

/**
 * Applies the rules of CONTRACT §2 and records the key's use. Returns the refusal, or undefined if the request is
 * admitted; synchronous unless the blocklist must be reloaded.
 */
export type Admission = (requester: Requester, wanted: Wanted) => Outcome | undefined | Promise<Outcome | undefined>

/** Binds the rules to their inputs: the current blocklist, and the rate limits of keys and addresses. */
export function openAdmission({
  config,
  credentials,
  limit,
}: Pick<Deps, 'config' | 'credentials' | 'limit'>): Admission {
  const limits = openRequestLimits(config, limit)

  function judge(requester: Requester, { capability, identifier, attempt }: Wanted, blocklist: Blocklist) {
    const input = { requester, capability, identifier, attempt, blocklist, limits }
    const { now } = requester
    const broken = firstBroken(capability ? rulesOfAdmission : rulesForAnyone, input, now)
    if (broken) return refusalOf(broken, input, now)
    if (capability && requester.key) credentials.noteUse(requester.key, now)
    return undefined
  }

  return (requester, wanted) => {
    const blocklist = credentials.blocklist()
    if (blocklist instanceof Promise) return blocklist.then((read) => judge(requester, wanted, read))
    return judge(requester, wanted, blocklist)
  }
}
