import type { Config } from '../config'
import type { Answer } from '../kernel/answers'
import { isPublic } from '../kernel/internet'
import { type Network, networksOf } from '../kernel/networks'
import { everything } from './capabilities'
import type { Limiter } from './rate-limit'

/** How long a request waits for the answers of earlier ones, in milliseconds; they count as lost then. */
const usualPatienceMs = 20_000
const rememberedMax = 10_000

/** Answers to a wrong secret, and the capability that lists all such secrets. */
const misses: Partial<Record<Answer, 'get-license-keys' | 'get-all-contracts' | 'nobody'>> = {
  invalid_api_key: 'nobody',
  invalid_license_key: 'nobody',
  license_key_not_found_details: 'nobody',
  no_permission_file: 'nobody',
  contract_not_found_info: 'nobody',
  contract_license_key_not_found: 'nobody',
  contract_not_found: 'get-all-contracts',
  // A faulty draft creates nothing, and names its contract key only if that key is taken.
  incorrect_data_contract: 'get-all-contracts',
  invalid_or_already_assigned: 'get-license-keys',
  license_key_not_found: 'get-license-keys',
  license_key_not_found_update: 'get-license-keys',
}

/** Whether an answer reveals that a secret was wrong. An API key that may list such secrets has no need to guess. */
export function isGuess(answer: Answer | undefined, key: { capabilities: readonly string[] } | undefined): boolean {
  const listedBy = answer && misses[answer]
  if (!listedBy) return false
  if (listedBy === 'nobody' || !key) return true
  return !key.capabilities.includes(listedBy) && !key.capabilities.includes(everything)
}

/** The address and time of a request. */
interface Origin {
  readonly address: string
  readonly now: Date
}

/** A possible guess: reserves a guess in each of its networks until it is answered. */
export interface Attempt {
  readonly networks: readonly Network[]
  /** Seconds to wait; 0 if it may proceed. */
  readonly seconds: number
}

/** Limits wrong secrets by network: API keys, licence keys, contract keys, links, tokens. */
export interface GuessLimiter {
  /** Reserves a guess for a request. If the running requests may use up the limit, it waits for their answers. */
  begin(origin: Origin): Attempt | Promise<Attempt>
  /** Releases the reservation, and counts it if it was a guess. */
  conclude(attempt: Attempt, wasGuess: boolean, now: Date): void
  /** Seconds an address must wait; 0 if it is within the limit. */
  secondsToWait(origin: Origin): number
}

/** A network's running requests, and those waiting for them. */
interface Pending {
  running: number
  readonly waiting: Waiter[]
}

interface Waiter {
  readonly networks: readonly Network[]
  resume(attempt: Attempt): void
}

const free: Attempt = { networks: [], seconds: 0 }

/**
 * Counts wrong secrets by network, up to the setting `guesses_per_minute`, from the start of each request: a thousand
 * at once get no more guesses than one after the other. A private address is most likely an unconfigured proxy with all
 * customers behind it, so it is not limited until `trusted_proxies` is set.
 */
export function openGuessLimiter(
  config: Pick<Config, 'guesses_per_minute' | 'trusted_proxies'>,
  limit: Limiter,
  patienceMs = usualPatienceMs,
): GuessLimiter {
  const pending = new Map<string, Pending>()
  const judged = new Map<string, boolean>()

  function isJudged(address: string) {
    if (config.trusted_proxies.length > 0) return true
    let known = judged.get(address)
    if (known === undefined) {
      if (judged.size >= rememberedMax) judged.clear()
      known = isPublic(address)
      judged.set(address, known)
    }
    return known
  }

  const leftOf = ({ name, factor }: Network, now: Date) =>
    limit.left(`guesses ${name}`, config.guesses_per_minute * factor, now)
  const waitOf = ({ name, factor }: Network, now: Date) =>
    limit.foresee(`guesses ${name}`, config.guesses_per_minute * factor, now)

  /** An attempt that proceeds or is refused, or the network whose running requests must finish first. */
  function place(networks: readonly Network[], now: Date): Attempt | Network {
    for (const network of networks) {
      const left = leftOf(network, now)
      if (left < 1) return { networks: [], seconds: Math.max(...networks.map((each) => waitOf(each, now))) }
      if ((pending.get(network.name)?.running ?? 0) >= left) return network
    }
    return reserve(networks)
  }

  function reserve(networks: readonly Network[]): Attempt {
    for (const { name } of networks) {
      const known = pending.get(name)
      if (known) known.running += 1
      else pending.set(name, { running: 1, waiting: [] })
    }
    return { networks, seconds: 0 }
  }

  function wait(networks: readonly Network[], behind: Network, since: Date) {
    return new Promise<Attempt>((resolve) => {
      const timer = setTimeout(() => {
        // The awaited answers were lost: no later request waits for them either. This one counts like any other.
        for (const { name } of networks) {
          const known = pending.get(name)
          if (known) pending.set(name, { running: 0, waiting: known.waiting.filter((each) => each !== waiter) })
        }
        const placed = place(networks, new Date(since.getTime() + patienceMs))
        resolve('name' in placed ? reserve(networks) : placed)
      }, patienceMs)
      timer.unref()
      const resume = (attempt: Attempt) => {
        clearTimeout(timer)
        resolve(attempt)
      }
      const waiter: Waiter = { networks, resume }
      pending.get(behind.name)!.waiting.push(waiter)
    })
  }

  /** Resumes waiting requests that now fit; one that must wait for another network moves to its queue. */
  function wake(name: string, now: Date) {
    const { waiting } = pending.get(name)!
    for (let waiter = waiting[0]; waiter; waiter = waiting[0]) {
      const placed = place(waiter.networks, now)
      if ('name' in placed && placed.name === name) return
      waiting.shift()
      if ('name' in placed) pending.get(placed.name)!.waiting.push(waiter)
      else waiter.resume(placed)
    }
  }

  return {
    begin(origin) {
      if (!config.guesses_per_minute || !isJudged(origin.address)) return free
      const networks = networksOf(origin.address)
      const placed = place(networks, origin.now)
      return 'name' in placed ? wait(networks, placed, origin.now) : placed
    },
    conclude({ networks }, wasGuess, now) {
      for (const { name, factor } of networks) {
        const count = pending.get(name)
        if (count) count.running = Math.max(0, count.running - 1)
        const perMinute = config.guesses_per_minute * factor
        if (wasGuess && perMinute) limit(`guesses ${name}`, perMinute, now)
      }
      for (const { name } of networks) {
        if (pending.get(name)?.waiting.length) wake(name, now)
        const left = pending.get(name)
        if (left && !left.running && !left.waiting.length) pending.delete(name)
      }
    },
    secondsToWait({ address, now }) {
      if (!config.guesses_per_minute || !isJudged(address)) return 0
      return Math.max(...networksOf(address).map((network) => waitOf(network, now)))
    },
  }
}
