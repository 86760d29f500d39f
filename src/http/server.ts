import type { AnyElysia } from 'elysia'

const patienceMs = 10_000

/** A server that listens; `stop` lets running requests end, for ten seconds at most. */
export interface Listening {
  readonly url: string
  stop(): Promise<void>
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

/** Starts to listen; port 0 takes a free one. */
export function listen(app: AnyElysia, hostname: string, port: number): Listening {
  // The largest body is our own affair: what Bun refuses by itself it refuses unsigned.
  const maxRequestBodySize = Number.MAX_SAFE_INTEGER
  app.listen({ hostname, port, reusePort: false, development: false, maxRequestBodySize })
  const server = app.server!
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  return {
    url: `http://${host}:${server.port}`,
    async stop() {
      const patience = setTimeout(() => server.stop(true), patienceMs)
      await server.stop(false)
      clearTimeout(patience)
    },
  }
}
