import type { Config } from '../config'
import type { Answer } from '../kernel/answers'
import { isPublic } from '../kernel/internet'
import type { Limiter } from './rate-limit'

const memoryMs = 60_000

/** Answers that somebody who tries keys gets all the time. */
const missed: readonly Answer[] = [
  'invalid_api_key',
  'invalid_license_key',
  'license_key_not_found_details',
  'no_permission_file',
]

/** Where something came from, and when; the address is found out only when it is asked for. */
interface Origin {
  readonly address: string
  readonly now: Date
}

/** Slows down an address that names one key after the other until one is right. */
export interface Brake {
  /** Told every answer an address gets. */
  note(answer: Answer, origin: Origin): void
  /** Seconds the address has to wait before it may ask anything; 0 for one that has not guessed too often. */
  secondsToWait(origin: Origin): number
}

/**
 * Counts wrong keys by address, up to the setting `guesses_per_minute`. An address of a private network is most likely a
 * proxy that nobody has named, with all customers behind it: it is left alone until `trusted_proxies` is set.
 */
export function openBrake(config: Pick<Config, 'guesses_per_minute' | 'trusted_proxies'>, limit: Limiter): Brake {
  let lastMissMs = Number.NEGATIVE_INFINITY
  const isJudged = (address: string) => config.trusted_proxies.length > 0 || isPublic(address)
  return {
    note(answer, origin) {
      if (!missed.includes(answer)) return
      const perMinute = config.guesses_per_minute
      if (!perMinute || !isJudged(origin.address)) return
      lastMissMs = origin.now.getTime()
      limit(`guesses ${origin.address}`, perMinute, origin.now)
    },
    secondsToWait(origin) {
      const isQuiet = origin.now.getTime() - lastMissMs > memoryMs
      if (isQuiet || !config.guesses_per_minute) return 0
      return limit.foresee(`guesses ${origin.address}`, config.guesses_per_minute, origin.now)
    },
  }
}
