import type { Socket } from 'node:net'
import { closedPort, flood, type RawReceiver, receiveRaw } from '../../support/receiver'

/** Receivers that do what no receiver should. */
export interface BadReceivers {
  readonly urls: Readonly<Record<string, string>>
  /** Where the one that redirects would like to lead. */
  readonly trap: RawReceiver
  close(): Promise<void>
}

const dripEveryMs = 1000
const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n'

const behaviours: Record<string, (socket: Socket) => void> = {
  stall: () => {},
  reset: (socket) => socket.resetAndDestroy(),
  'hang up': (socket) => socket.end(),
  garbage: (socket) => socket.end('\0\xff\r\n\r\nnot HTTP at all\r\n\r\n'),
  'answer 500': (socket) => socket.end('HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno'),
  'answer less than announced': (socket) => socket.end(`${head}content-length: 1000000\r\n\r\nshort`),
  'send headers without end': (socket) => void flood(socket, `x-header: ${'x'.repeat(1000)}\r\n`),
  'send without end': (socket) => void sendWithoutEnd(socket),
  'drip a byte a second': drip,
}

function sendWithoutEnd(socket: Socket) {
  socket.write(`${head}content-length: 10737418240\r\n\r\n`)
  return flood(socket, Buffer.alloc(65_536, 'x'))
}

function drip(socket: Socket) {
  socket.write(`${head}content-length: 3600\r\n\r\n`)
  const timer = setInterval(() => socket.write('x'), dripEveryMs)
  socket.on('close', () => clearInterval(timer))
}

export async function openBadReceivers(): Promise<BadReceivers> {
  const trap = await receiveRaw((socket) => socket.end(`${head}content-length: 0\r\n\r\n`))
  const redirecting = await receiveRaw((socket) =>
    socket.end(`HTTP/1.1 307 Over there\r\nlocation: ${trap.url}/admin\r\ncontent-length: 0\r\n\r\n`),
  )
  const others = await Promise.all(
    Object.entries(behaviours).map(async ([name, behave]) => [name, await receiveRaw(behave)] as const),
  )
  const refusing = await closedPort()
  return {
    trap,
    urls: {
      refuse: `http://127.0.0.1:${refusing}`,
      'redirect inside': redirecting.url,
      ...Object.fromEntries(others.map(([name, { url }]) => [name, url])),
    },
    async close() {
      await Promise.all([trap, redirecting, ...others.map(([, receiver]) => receiver)].map((each) => each.close()))
    },
  }
}
