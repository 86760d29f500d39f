import type { Deps } from '../deps'
import type { Outcome } from '../kernel/outcome'
import { admit, admitAnyone, type Newcomer } from './admit'
import type { Capability } from './capabilities'
import type { Blocklist } from './doorkeeper'
import type { Attempt } from './guess-limiter'
import { openPace } from './pace'

/**
 * Asks the rules of CONTRACT §2 and notes the key's use: why this newcomer may not come in, undefined when it may. At
 * once, unless the blocklist has to be read anew, or those before it may be guessing.
 */
export type Admission = (
  newcomer: Newcomer,
  capability: Capability | undefined,
  identifier?: string,
) => Outcome | undefined | Promise<Outcome | undefined>

/** The rules together with what they lean on: the blocklist as it stands, the guesses, the rates of keys and addresses. */
export function openAdmission(deps: Pick<Deps, 'guesses' | 'config' | 'doorkeeper' | 'limit'>): Admission {
  const { guesses, config, doorkeeper, limit } = deps
  const secondsToWait = openPace(config, limit)
  const ofAttempt = { secondsToWait: ({ attempt }: Newcomer) => attempt?.seconds ?? 0 }

  function judge(blocklist: Blocklist, newcomer: Newcomer, capability?: Capability, identifier?: string) {
    const caller = { newcomer, identifier, blocklist, guesses: ofAttempt, secondsToWait }
    if (!capability) return admitAnyone(caller)
    const refusal = admit({ ...caller, capability })
    if (!refusal) doorkeeper.noteUse(newcomer.key!, newcomer.now)
    return refusal
  }

  async function judgeLater(
    blocklist: Blocklist | Promise<Blocklist>,
    attempt: Attempt | Promise<Attempt> | undefined,
    ...[newcomer, ...asked]: Parameters<Admission>
  ) {
    newcomer.attempt = await attempt
    return judge(await blocklist, newcomer, ...asked)
  }

  return (newcomer, capability, identifier) => {
    const blocklist = doorkeeper.blocklist()
    const attempt = capability && guesses.begin(newcomer)
    if (blocklist instanceof Promise || attempt instanceof Promise) {
      return judgeLater(blocklist, attempt, newcomer, capability, identifier)
    }
    newcomer.attempt = attempt
    return judge(blocklist, newcomer, capability, identifier)
  }
}
