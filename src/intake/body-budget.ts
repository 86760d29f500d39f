import { networksOf } from '../kernel/networks'
import { type Outcome, say } from '../kernel/outcome'

/** Bodies up to this size have a budget of their own, so that large ones cannot crowd them out. */
export const smallBodyBytes = 16_384
const bytesMax = 67_108_864
const bytesPerNetworkMax = 16_777_216
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
const fullForNetwork = say('too_many_requests', { retry_after: retryAfterSeconds })

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

/** Not even the widest network may use up what there is for all. */
const maxOf = (factor: number) => Math.min(bytesPerNetworkMax * factor, bytesMax / 2)

/** Counts an address in each of its networks: a subscriber of IPv6 has more addresses than there is memory. */
function openPool() {
  const byNetwork = new Map<string, number>()
  let all = 0
  return {
    take(address: string, bytes: number): Outcome | undefined {
      const networks = networksOf(address)
      if (networks.some(({ name, factor }) => (byNetwork.get(name) ?? 0) + bytes > maxOf(factor))) return fullForNetwork
      if (all + bytes > bytesMax) return fullForAll
      all += bytes
      for (const { name } of networks) byNetwork.set(name, (byNetwork.get(name) ?? 0) + bytes)
      return undefined
    },
    give(address: string, bytes: number) {
      all -= bytes
      for (const { name } of networksOf(address)) {
        const left = (byNetwork.get(name) ?? 0) - bytes
        if (left > 0) byNetwork.set(name, left)
        else byNetwork.delete(name)
      }
    },
  }
}
