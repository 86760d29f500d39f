import type { Server } from 'bun'

/** Who is at the other end of a request's socket. */
export interface Peers {
  /** Their address; empty where there is no socket. */
  addressOf(request: Request): string
  /** Lets a request take its time: its connection is not cut off for being still. */
  awaitLong(request: Request): void
  /** From now on new requests are this server's; those of the one before may still be running. */
  attach(server: Server<unknown>): void
}

export function openPeers(): Peers {
  let listening: Server<unknown> | undefined
  let before: Server<unknown> | undefined
  return {
    addressOf: (request) => (listening?.requestIP(request) ?? before?.requestIP(request))?.address ?? '',
    awaitLong(request) {
      for (const server of [listening, before]) server?.timeout(request, 0)
    },
    attach(server) {
      before = listening
      listening = server
    },
  }
}
