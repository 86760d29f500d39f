import type { Server } from 'bun'
import { say } from '../kernel/outcome'

/** Who is at the other end of a request's socket. */
export interface Peers {
  /** Their address; empty where there is no socket. */
  addressOf(request: Request): string
  /** Whether that address, of a request that a server took, means that its client has hung up. */
  isGone(address: string): boolean
  /** From now on a request made anew speaks for the one that came in. */
  standIn(made: Request, original: Request): void
  /** Lets a request take its time: its connection is not cut off for being still. */
  awaitLong(request: Request): void
  /** Lets the reader of an answer that is about to begin pause for minutes. */
  allowPauses(request: Request): void
  /** From now on new requests are this server's; those of the one before may still be running. */
  attach(server: Server<unknown>): void
}

/** How long a reader may pause: the most that the runtime can count. */
const pauseSeconds = 255
/** The runtime forgets a time that was set before an answer begins. */
const answerHasBegunMs = 1000

/** Said to a client that is not there any more, by the log alone. */
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
