import { availableParallelism } from 'node:os'
import { say } from '../kernel/outcome'

const cores = availableParallelism()
// A core that is done finds the next signature there, without waiting for the event loop.
const atOnceMax = cores + 1
// One core is left to the requests and to the answers that many wait for.
const privateAtOnceMax = Math.max(1, cores - 1)
const waitingMax = 4096
const waitingOfSubjectMax = 512

/** Whose work it is: a client's, from its network, for a licence. */
export interface PrivateLane {
  readonly network: string
  readonly subject: string
}

const refusedAfterMs = 1000

/**
 * What is told to a client that has ordered more signatures than are to wait. It is held back for a second: one that
 * came at once would let a client with many connections ask all the faster, and take the event loop from the others.
 */
export async function crowded() {
  await Bun.sleep(refusedAfterMs)
  return say('too_many_requests', { retry_after: 5 })
}

/** A text names an answer that is the same for everybody. */
export type Lane = PrivateLane | string

/**
 * Does what takes a private key, each piece when its lane has its turn. What is for everybody goes first; what only one
 * client waits for is done in turn for each network, within a network in turn for each licence, and never on all cores.
 */
export interface SigningQueue {
  run<T>(lane: Lane, work: () => Promise<T>): Promise<T>
  /** Whether so much waits in that lane, or in all, that no more is to be begun. */
  isCrowded(lane: PrivateLane): boolean
}

export function openSigningQueue(): SigningQueue {
  const shared = openReceiverLimit<() => void>()
  const networks = new Map<string, ReceiverLimit<() => void>>()
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
    // The next turn is another network's.
    networks.delete(network)
    if (turns.size()) networks.set(network, turns)
    waitingPrivate -= 1
    return begin
  }

  function join(lane: Lane, begin: () => void) {
    if (typeof lane === 'string') return shared.add(lane, begin)
    const turns = networks.get(lane.network) ?? openReceiverLimit()
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

/** Queues by name, which take turns. */
interface ReceiverLimit<Item> {
  add(name: string, item: Item): void
  next(): Item | undefined
  size(): number
  waitingIn(name: string): number
}

function openReceiverLimit<Item>(): ReceiverLimit<Item> {
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
