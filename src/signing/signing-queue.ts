import { availableParallelism } from 'node:os'
import { say } from '../kernel/outcome'

const cores = availableParallelism()
// One more than there are cores: a free core finds the next signature without waiting for the event loop.
const atOnceMax = cores + 1
// Leaves one core to requests and to the shared answers that many clients wait for.
const privateAtOnceMax = Math.max(1, cores - 1)
const waitingMax = 4096
const waitingOfSubjectMax = 512

/** The origin of a signature: a client's network, and a licence. */
export interface PrivateLane {
  readonly network: string
  readonly subject: string
}

const refusedAfterMs = 1000

/**
 * The refusal for a client with too many signatures waiting. It is delayed by a second: otherwise a client with many
 * connections would ask all the faster and take the event loop from others.
 */
export async function crowded() {
  await Bun.sleep(refusedAfterMs)
  return say('too_many_requests', { retry_after: 5 })
}

/** A string names an answer that is the same for every client. */
export type Lane = PrivateLane | string

/**
 * Schedules work that takes a private key. Shared answers go first. Work for single clients takes turns by network, and
 * within a network by licence, and never uses all cores.
 */
export interface SigningQueue {
  run<T>(lane: Lane, work: () => Promise<T>): Promise<T>
  /** Whether too much is waiting in that lane, or in total, to accept more. */
  isCrowded(lane: PrivateLane): boolean
}

export function openSigningQueue(): SigningQueue {
  const shared = openRoundRobin<() => void>()
  const networks = new Map<string, RoundRobin<() => void>>()
  let running = 0
  let runningPrivate = 0
  let waitingPrivate = 0

  function beginNext() {
    while (running < atOnceMax) {
      const begin = shared.next() ?? (runningPrivate < privateAtOnceMax ? nextPrivate() : undefined)
      if (!begin) return
      begin()
    }
  }

  function nextPrivate() {
    const next = networks.entries().next().value
    if (!next) return undefined
    const [network, turns] = next
    const begin = turns.next()!
    // Moves the network to the end of the line.
    networks.delete(network)
    if (turns.size()) networks.set(network, turns)
    waitingPrivate -= 1
    return begin
  }

  function join(lane: Lane, begin: () => void) {
    if (typeof lane === 'string') return shared.add(lane, begin)
    const turns = networks.get(lane.network) ?? openRoundRobin()
    networks.set(lane.network, turns)
    turns.add(lane.subject, begin)
    waitingPrivate += 1
  }

  return {
    async run(lane, work) {
      const weight = typeof lane === 'string' ? 0 : 1
      await new Promise<void>((resolve) => {
        join(lane, () => {
          running += 1
          runningPrivate += weight
          resolve()
        })
        beginNext()
      })
      try {
        return await work()
      } finally {
        running -= 1
        runningPrivate -= weight
        beginNext()
      }
    },
    isCrowded: ({ network, subject }) =>
      waitingPrivate >= waitingMax || (networks.get(network)?.waitingIn(subject) ?? 0) >= waitingOfSubjectMax,
  }
}

/** Named queues served in round-robin order. */
interface RoundRobin<Item> {
  add(name: string, item: Item): void
  next(): Item | undefined
  size(): number
  waitingIn(name: string): number
}

function openRoundRobin<Item>(): RoundRobin<Item> {
  const queues = new Map<string, Item[]>()
  return {
    add(name, item) {
      const queue = queues.get(name)
      if (queue) queue.push(item)
      else queues.set(name, [item])
    },
    next() {
      const first = queues.entries().next().value
      if (!first) return undefined
      const [name, queue] = first
      const item = queue.shift()
      queues.delete(name)
      if (queue.length) queues.set(name, queue)
      return item
    },
    size: () => queues.size,
    waitingIn: (name) => queues.get(name)?.length ?? 0,
  }
}
