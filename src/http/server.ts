import type { AnyElysia } from 'elysia'
import type { Certificate } from './certificate'

const patienceMs = 10_000
const handOverMs = 100

/** A listening server; `stop` waits for running requests, for ten seconds at most. */
export interface Listening {
  readonly url: string
  /** Uses another certificate for new connections; open ones keep theirs. */
  renew(certificate: Certificate): Promise<void>
  stop(): Promise<void>
}

/** The address to listen on, and the certificate; plain HTTP without one. Port 0 picks a free port. */
export interface ListenOptions {
  hostname: string
  port: number
  certificate?: Certificate | undefined
  /** The idle timeout of a connection in seconds. */
  idleTimeout?: number
}

/** Why that address cannot be listened on; undefined if it can. */
export function portObstacle(hostname: string, port: number): string | undefined {
  try {
    Bun.listen({ hostname, port, socket: { data() {} } }).stop(true)
    return undefined
  } catch (error) {
    return (error as { code?: string }).code === 'EADDRINUSE'
      ? `port ${port} on ${hostname} is in use: stop the other program or choose another with --port`
      : `cannot listen on ${hostname}:${port}: choose an address of this machine with --host, a port above 1023 with --port`
  }
}

export function listen(app: AnyElysia, place: ListenOptions): Listening {
  const { hostname, certificate } = place
  let server = open(app, place)
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  const boundPort = server.port!
  let ended: Promise<unknown> = Promise.resolve()
  return {
    url: `${certificate ? 'https' : 'http'}://${host}:${boundPort}`,
    async renew(next) {
      const before = server
      server = open(app, { ...place, port: boundPort, certificate: next })
      // Connections queued at the old listener while the new one was opening are accepted there.
      await Bun.sleep(handOverMs)
      ended = Promise.all([ended, end(before)])
    },
    async stop() {
      await Promise.all([ended, end(server)])
    },
  }
}

function open(app: AnyElysia, { hostname, port, certificate: tls, idleTimeout = 75 }: ListenOptions) {
  // Body size is limited elsewhere: a body that Bun itself refuses gets an unsigned answer.
  const maxRequestBodySize = Number.MAX_SAFE_INTEGER
  // Bun cannot change a server's certificate: a second server joins the port and takes over.
  const reusePort = tls !== undefined
  app.listen({ hostname, port, reusePort, idleTimeout, development: false, maxRequestBodySize, ...(tls && { tls }) })
  return app.server!
}

/** Waits for running requests, for ten seconds at most, then closes their connections without waiting. */
async function end(server: Bun.Server<unknown>) {
  let timer: Timer | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs)
  })
  await Promise.race([server.stop(false), patience])
  clearTimeout(timer)
  void server.stop(true)
}
