/** The way between programs and the server. */
export interface Road {
  readonly url: string
  /** How many requests have passed. */
  readonly requests: number
  /** Does work while nobody listens at the address. */
  whileClosed(work: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

/** Leads to a server from an address of its own. */
export function openRoad(to: string): Road {
  let requests = 0
  const open = (port: number) =>
    Bun.serve({
      hostname: '127.0.0.1',
      port,
      async fetch(request) {
        requests++
        const { method, headers } = request
        const body = method === 'POST' ? await request.arrayBuffer() : undefined
        const answer = await fetch(to + new URL(request.url).pathname + new URL(request.url).search, {
          ...{ method, body, headers: [...headers].filter(([name]) => name !== 'host'), redirect: 'manual' },
        })
        return new Response(await answer.arrayBuffer(), { status: answer.status })
      },
    })
  let server = open(0)
  const port = server.port!
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests
    },
    async whileClosed(work) {
      await server.stop(true)
      try {
        await work()
      } finally {
        server = open(port)
      }
    },
    close: () => server.stop(true),
  }
}
