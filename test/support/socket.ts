/** What a client says on a bare connection, piece by piece. */
export type Piece = string | Uint8Array

const patienceMs = 8000

/** Says the pieces to a server and reads one answer; fails when none has come after eight seconds. */
export async function talk(url: string, pieces: Iterable<Piece>): Promise<Response> {
  const { hostname, port, protocol } = new URL(url)
  const heard: Uint8Array[] = []
  let drained = Promise.withResolvers<void>()
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    ...(protocol === 'https:' && { tls: { rejectUnauthorized: false } }),
    socket: {
      data(_, bytes) {
        heard.push(new Uint8Array(bytes))
        const answer = answerIn(Buffer.concat(heard))
        if (answer) resolve(answer)
      },
      drain: () => drained.resolve(),
      close: () => reject(new Error(`the server hung up after ${Buffer.concat(heard).toString() || 'saying nothing'}`)),
      error: (_, error) => reject(error),
    },
  })
  const patience = setTimeout(() => reject(new Error('the server does not answer')), patienceMs)
  const say = async () => {
    for (const piece of pieces) {
      let rest = Buffer.from(piece)
      while (rest.length) {
        drained = Promise.withResolvers()
        const taken = socket.write(rest)
        if (taken < 0) return
        rest = rest.subarray(taken)
        if (rest.length) await drained.promise
      }
    }
  }
  try {
    say()
    return await promise
  } finally {
    clearTimeout(patience)
    socket.end()
  }
}

/** The first whole answer in what was heard. */
function answerIn(heard: Buffer): Response | undefined {
  const end = heard.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...lines] = heard.subarray(0, end).toString().split('\r\n')
  const headers = new Headers(lines.map((line): [string, string] => [line.split(':')[0]!, line.split(': ')[1] ?? '']))
  const body = heard.subarray(end + 4)
  if (body.length < Number(headers.get('content-length'))) return undefined
  return new Response(new Uint8Array(body), { status: Number(first.split(' ')[1]), headers })
}

/** The head of a POST request. */
export const postHead = (path: string, headers: Record<string, string | number>) =>
  `POST ${path} HTTP/1.1\r\n${Object.entries({ host: 'localhost', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

/** A piece of a body in chunked transfer; an empty one ends it. */
export function chunk(bytes: Piece): Uint8Array {
  const body = Buffer.from(bytes)
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')])
}
