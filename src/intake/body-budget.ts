import { type Outcome, say } from '../kernel/outcome'

/** Bodies up to this size have a budget of their own, so that large ones cannot crowd them out. */
export const smallBodyBytes = 16_384
const bytesMax = 67_108_864
const bytesPerAddressMax = 16_777_216
const retryAfterSeconds = 5

/** How many bytes may be held of bodies that have begun and have not ended. */
export interface BodyBudget {
  /** Makes room for a body of at most that many bytes, and begins to count its time. */
  open(address: string, bytes: number): Room | Outcome
}

/** Room for one body. */
export interface Room {
  /** More bytes than were asked for; why there is no room for them. */
  grow(bytes: number): Outcome | undefined
  /** What comes of that work, or the refusal once the body has taken too long. */
  within<T>(work: Promise<T>): Promise<T | Outcome>
  close(): void
}

const fullForAll = say('not_ready', { retry_after: retryAfterSeconds })
const fullForAddress = say('too_many_requests', { retry_after: retryAfterSeconds })

/** A budget for one process; a body may take that long to arrive. */
export function openBodyBudget(patienceSeconds: number): BodyBudget {
  const tooSlow = say('malformed_request', { detail: `The body took longer than ${patienceSeconds} s.` })
  const [small, large] = [openPool(), openPool()]
  const poolFor = (bytes: number) => (bytes > smallBodyBytes ? large : small)
  return {
    open(address, bytes) {
      let pool = poolFor(bytes)
      const refusal = pool.take(address, bytes)
      if (refusal) return refusal
      let held = bytes
      const late = Promise.withResolvers<Outcome>()
      const timer = setTimeout(() => late.resolve(tooSlow), patienceSeconds * 1000)
      return {
        grow(more) {
          const next = poolFor(held + more)
          const refusal = next.take(address, next === pool ? more : held + more)
          if (refusal) return refusal
          if (next !== pool) pool.give(address, held)
          pool = next
          held += more
          return undefined
        },
        within: (work) => Promise.race([work, late.promise]),
        close() {
          clearTimeout(timer)
          pool.give(address, held)
        },
      }
    },
  }
}

function openPool() {
  const byAddress = new Map<string, number>()
  let all = 0
  return {
    take(address: string, bytes: number): Outcome | undefined {
      const own = (byAddress.get(address) ?? 0) + bytes
      if (own > bytesPerAddressMax) return fullForAddress
      if (all + bytes > bytesMax) return fullForAll
      all += bytes
      byAddress.set(address, own)
      return undefined
    },
    give(address: string, bytes: number) {
      const own = (byAddress.get(address) ?? 0) - bytes
      all -= bytes
      if (own > 0) byAddress.set(address, own)
      else byAddress.delete(address)
    },
  }
}
