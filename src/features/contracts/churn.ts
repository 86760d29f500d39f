import type { Deps } from '../../deps'
import { type Outcome, Refusal, say } from '../../kernel/outcome'

const destroyedPerMinute = 1000

/**
 * Bounds keys that are drawn and destroyed in turn, each of which leaves entries in the audit log and messages behind: a
 * contract whose holder has destroyed too many of late waits before it draws more. Keys can always be destroyed.
 */
export const contractChurn = ({ limit }: Pick<Deps, 'limit'>) => ({
  /** Counts keys that were destroyed. */
  noteDestroyed(contractId: number, keys: number, now: Date) {
    limit.spend(nameOf(contractId), destroyedPerMinute, now, keys)
  },
  /** Throws 9429 while the contract has to wait. */
  requirePatience(contract: { id: number; productId: number }, now: Date) {
    const seconds = limit.foresee(nameOf(contract.id), destroyedPerMinute, now)
    if (seconds) throw new Refusal(tooMany(seconds).signedFor(contract.productId))
  },
})

export type ContractChurn = ReturnType<typeof contractChurn>

const nameOf = (contractId: number) => `destroyed keys ${contractId}`

const tooMany = (seconds: number): Outcome => say('too_many_requests', { retry_after: seconds })
