import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A message as it arrived. */
export interface Message {
  method: string
  url: string
  headers: Record<string, string>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: what it says differs from message to message
  json: any
}

export interface Receiver {
  readonly url: string
  /** Everything that has arrived, in order. */
  readonly messages: Message[]
  close(): Promise<void>
}

/** Something that takes webhooks; answers 200 unless told what to answer to each. */
export function receive(answer: (message: Message, nth: number) => Response | Promise<Response> = ok): Receiver {
  const messages: Message[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const text = await request.text()
      const { pathname, search } = new URL(request.url)
      const headers = Object.fromEntries(request.headers)
      const message = { method: request.method, url: pathname + search, headers, text, json: JSON.parse(text) }
      messages.push(message)
      return answer(message, messages.length)
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, messages, close: () => server.stop(true) }
}

const ok = () => new Response('thank you')

export interface RawReceiver {
  readonly url: string
  readonly port: number
  /** Bytes the other side's system has taken. */
  readonly sent: number
  /** Connections that are open now, and how many there were. */
  readonly open: number
  readonly seen: number
  close(): Promise<void>
}

/** A server that misbehaves below HTTP: `behave` is called when a request arrives. */
export async function receiveRaw(behave: (socket: Socket) => void): Promise<RawReceiver> {
  const sockets = new Set<Socket>()
  let sent = 0
  let seen = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    seen++
    socket.on('error', () => {})
    socket.on('close', () => {
      sent += socket.bytesWritten
      sockets.delete(socket)
    })
    socket.once('data', () => behave(socket))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get sent() {
      return sent
    },
    get open() {
      return sockets.size
    },
    get seen() {
      return seen
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Writes the same again and again, as fast as it is taken, until the connection ends. */
export async function flood(socket: Socket, chunk: string | Buffer) {
  while (!socket.destroyed) {
    const isTaken = socket.write(chunk)
    await new Promise((resume) => (isTaken ? setImmediate(resume) : socket.once('drain', resume)))
  }
}

/** Writes a little, and a little more ten times a second, until the connection ends. */
export function drip(socket: Socket, start: string, drop = 'x') {
  socket.write(start)
  const timer = setInterval(() => socket.write(drop), 100)
  socket.on('close', () => clearInterval(timer))
}

/** A port nobody listens on. */
export async function closedPort(): Promise<number> {
  const receiver = await receiveRaw(() => {})
  await receiver.close()
  return receiver.port
}

/**
 * An address that drops every attempt to connect, as a broken route does: a process that listens and is then stopped,
 * with a queue that is full.
 */
export async function openSilent(address: string, port: number) {
  const script = `require('net').createServer().listen({ host: '${address}', port: ${port}, backlog: 1 }, () => console.log('ready'))`
  const child = Bun.spawn(['node', '-e', script], { stdout: 'pipe', stderr: 'inherit' })
  await child.stdout.getReader().read()
  child.kill('SIGSTOP')
  const waiting = Array.from({ length: 8 }, () => connect({ host: address, port }).on('error', () => {}))
  await Bun.sleep(200)
  return {
    address,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy()
      child.kill('SIGKILL')
      await child.exited
    },
  }
}
