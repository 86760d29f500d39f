/** Something that was posted to a receiver. */
export interface Received {
  path: string
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: bodies differ from sender to sender
  body: any
  text: string
}

/** A shop's web server that keeps what is posted to it. */
export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** Waits until that many have come. */
  until(count: number, timeoutMs?: number): Promise<Received[]>
  stop(): void
}

/** Answers 200, or whatever `answer` says. */
export function startReceiver(
  answer: (received: Received) => Response | Promise<Response> = () => new Response(),
): Receiver {
  const received: Received[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const text = await request.text()
      const { pathname, search } = new URL(request.url)
      const one = { path: pathname + search, headers: request.headers, body: JSON.parse(text), text }
      received.push(one)
      return answer(one)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    received,
    async until(count, timeoutMs = 5000) {
      const deadline = Date.now() + timeoutMs
      while (received.length < count) {
        if (Date.now() > deadline) throw new Error(`only ${received.length} of ${count} came within ${timeoutMs} ms`)
        await Bun.sleep(10)
      }
      return received
    },
    stop: () => void server.stop(true),
  }
}
