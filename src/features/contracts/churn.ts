import type { Deps } from '../../deps'
import { type Outcome, Refusal, say } from '../../kernel/outcome'

const destroyedPerMinute = 1000

/**
 * Limits how fast a contract's keys are drawn and destroyed in turn, since each leaves audit entries and messages
 * behind. A contract whose holder has destroyed too many of late must wait before drawing more. Destroying keys is
 * never limited.
 */
export const contractChurn = ({ limit }: Pick<Deps, 'limit'>) => ({
  /** Counts destroyed keys. */
  noteDestroyed(contractId: number, keys: number, now: Date) {
    limit.spend(nameOf(contractId), destroyedPerMinute, now, keys)
  },
  /** Throws 9429 while the contract must wait. */
  requireWithinLimit(contract: { id: number; productId: number }, now: Date) {
    const seconds = limit.foresee(nameOf(contract.id), destroyedPerMinute, now)
    if (seconds) throw new Refusal(tooMany(seconds).signedFor(contract.productId))
  },
})

export type ContractChurn = ReturnType<typeof contractChurn>

const nameOf = (contractId: number) => `destroyed keys ${contractId}`

const tooMany = (seconds: number): Outcome => say('too_many_requests', { retry_after: seconds })
