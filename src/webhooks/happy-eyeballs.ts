import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { interleaveFamilies } from '../kernel/addresses'

const headStartMs = 250

/**
 * Puts the address that accepts a connection first in front, as in RFC 8305: IPv6 and IPv4 alternate, and each address
 * has a quarter of a second before the next is tried beside it. If none accepts, the order stays, so that the caller
 * gets the error. A single address is not tried.
 */
export async function orderByReach(addresses: readonly string[], port: number, signal: AbortSignal): Promise<string[]> {
  const ordered = interleaveFamilies(addresses)
  if (ordered.length < 2) return ordered
  const won = new AbortController()
  const ended = AbortSignal.any([signal, won.signal])
  // The next attempt starts when the one before it fails or its head start ends.
  let ready: Promise<unknown> = Promise.resolve()
  const attempts = ordered.map((address) => {
    const attempt = ready.then(() => tryConnect(address, port, ended)).then(() => address)
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
const tryConnect = (host: string, port: number, signal: AbortSignal) =>
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

/** Resolves early, without an error, when aborted. */
const pause = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }).catch(() => {})
