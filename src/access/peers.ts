import type { Server } from 'bun'

/** Who is at the other end of a request's socket. */
export interface Peers {
  /** Their address; empty where there is no socket. */
  addressOf(request: Request): string
  /** From now on the requests are this server's. */
  attach(server: Server<unknown>): void
}

export function openPeers(): Peers {
  let listening: Server<unknown> | undefined
  return {
    addressOf: (request) => listening?.requestIP(request)?.address ?? '',
    attach(server) {
      listening = server
    },
  }
}
