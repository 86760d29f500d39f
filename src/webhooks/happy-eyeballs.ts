import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { interleaveFamilies } from '../kernel/addresses'

const headStartMs = 250

/**
 * The addresses of a name with the one in front that takes a connection first, in the manner of RFC 8305: IPv6 and IPv4
 * take turns, and each address has a quarter of a second before the next is tried beside it. Where none takes one, they
 * come back as they are, for the caller to hear why. A single address is not tried.
 */
export async function orderByReach(addresses: readonly string[], port: number, signal: AbortSignal): Promise<string[]> {
  const ordered = interleaveFamilies(addresses)
  if (ordered.length < 2) return ordered
  const won = new AbortController()
  const ended = AbortSignal.any([signal, won.signal])
  // The next one starts when the one before it has failed or has had its time.
  let ready: Promise<unknown> = Promise.resolve()
  const attempts = ordered.map((address) => {
    const attempt = ready.then(() => knock(address, port, ended)).then(() => address)
    const failed = attempt.then(forever, () => {})
    ready = ready.then(() => Promise.race([failed, pause(headStartMs, ended)]))
    return attempt
  })
  try {
    const first = await Promise.any(attempts)
    return [first, ...ordered.filter((address) => address !== first)]
  } catch {
    return ordered
  } finally {
    won.abort()
  }
}

const forever = () => new Promise<never>(() => {})

/** Opens a connection and closes it. */
const knock = (host: string, port: number, signal: AbortSignal) =>
  new Promise<void>((taken, refused) => {
    if (signal.aborted) return refused(signal.reason)
    const socket = connect({ host, port })
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', abort)
      socket.destroy()
      settle()
    }
    const abort = () => end(() => refused(signal.reason))
    signal.addEventListener('abort', abort, { once: true })
    socket.once('connect', () => end(taken))
    socket.on('error', (error) => end(() => refused(error)))
  })

/** Ends early, and in silence, when it is aborted. */
const pause = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }).catch(() => {})
