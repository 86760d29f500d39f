import type { AnyElysia } from 'elysia'
import type { Certificate } from './certificate'

const patienceMs = 10_000
const handOverMs = 100

/** A server that listens; `stop` lets running requests end, for ten seconds at most. */
export interface Listening {
  readonly url: string
  /** Takes new connections with another certificate; those that are open end as they began. */
  renew(certificate: Certificate): Promise<void>
  stop(): Promise<void>
}

/** Where to listen, and what with: plain HTTP without a certificate. Port 0 takes a free one. */
export interface ListenOptions {
  hostname: string
  port: number
  certificate?: Certificate | undefined
  /** For how many seconds a connection may be still. */
  idleTimeout?: number
}

/** Whether that address can be listened on; the reason when it cannot. */
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

/** Starts to listen. */
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
      // What has knocked at the one before while the new one was being opened is let in there.
      await Bun.sleep(handOverMs)
      ended = Promise.all([ended, end(before)])
    },
    async stop() {
      await Promise.all([ended, end(server)])
    },
  }
}

function open(app: AnyElysia, { hostname, port, certificate: tls, idleTimeout = 75 }: ListenOptions) {
  // The largest body is our own affair: what Bun refuses by itself it refuses unsigned.
  const maxRequestBodySize = Number.MAX_SAFE_INTEGER
  // Bun cannot change the certificate of a server: a second one joins it on its port and takes over.
  const reusePort = tls !== undefined
  app.listen({ hostname, port, reusePort, idleTimeout, development: false, maxRequestBodySize, ...(tls && { tls }) })
  return app.server!
}

/** Lets running requests end, for ten seconds at most; then they are cut off, and nobody waits for that. */
async function end(server: Bun.Server<unknown>) {
  let timer: Timer | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs)
  })
  await Promise.race([server.stop(false), patience])
  clearTimeout(timer)
  void server.stop(true)
}
