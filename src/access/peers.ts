import type { Server } from 'bun'
import { say } from '../kernel/outcome'

/** The clients at the other end of requests' sockets. */
export interface Peers {
  /** The client's address; empty if there is no socket. */
  addressOf(request: Request): string
  /** Whether that address, from a request of a listening server, means that the client has disconnected. */
  isGone(address: string): boolean
  /** Makes a rebuilt request use the socket of the original. */
  standIn(made: Request, original: Request): void
  /** Disables the idle timeout of a request's connection. */
  awaitLong(request: Request): void
  /** Allows the client to pause for minutes while it reads an answer that is about to begin. */
  allowPauses(request: Request): void
  /** Uses this server for new requests; earlier requests may still run on the previous one. */
  attach(server: Server<unknown>): void
}

/** How long a client may pause while reading, in seconds: the runtime's maximum. */
const pauseSeconds = 255
/** The runtime drops a timeout set before an answer begins. */
const answerHasBegunMs = 1000

/** The outcome for a client that has disconnected; only the log shows it. */
export const hungUp = say('malformed_request', { detail: 'The connection broke off.' })

export function openPeers(): Peers {
  let listening: Server<unknown> | undefined
  let before: Server<unknown> | undefined
  const originals = new WeakMap<Request, Request>()
  const ipOf = (request: Request) => listening?.requestIP(request) ?? before?.requestIP(request)
  function setTimeoutOf(request: Request, seconds: number) {
    for (const server of [listening, before]) server?.timeout(originals.get(request) ?? request, seconds)
  }
  return {
    addressOf: (request) => (ipOf(request) ?? ipOf(originals.get(request) ?? request))?.address ?? '',
    isGone: (address) => address === '' && listening !== undefined,
    standIn: (made, original) => void originals.set(made, original),
    awaitLong: (request) => setTimeoutOf(request, 0),
    allowPauses: (request) => void setTimeout(() => setTimeoutOf(request, pauseSeconds), answerHasBegunMs),
    attach(server) {
      before = listening
      listening = server
    },
  }
}
