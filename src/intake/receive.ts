import { Outcome, say } from '../kernel/outcome'
import { type Room, smallBodyBytes } from './body-budget'

/** Reserves space for a body of at most that many bytes. */
export type OpenRoom = (bytes: number) => Room | Outcome

/** Why a body was not received. */
export type Unreceived = Outcome | 'broken off' | 'too large'

const expectationPatienceMs = 500
const cannotContinue = say('malformed_request', {
  detail: 'The body did not come: write "Expect: 100-continue" in lower case, or send no Expect header.',
})

const brokenOff = () => 'broken off' as const

/** Reads a body of that length as text. A small one that arrived with its headers needs no reservation. */
export async function receiveText(request: Request, length: number, openRoom: OpenRoom): Promise<string | Unreceived> {
  if (length > smallBodyBytes) return inRoom(openRoom(length), () => afterContinue(request, request.text()))
  const reading = request.text()
  const text: unknown = Bun.peek(reading)
  if (typeof text === 'string') return text
  return inRoom(openRoom(length), () => afterContinue(request, reading))
}

/** Reads a body up to the limit as bytes. */
export function receiveBytes(request: Request, limit: number, openRoom: OpenRoom): Promise<Uint8Array | Unreceived> {
  const announced = request.headers.get('content-length')
  if (announced !== null) return inRoom(openRoom(Number(announced)), () => afterContinue(request, request.bytes()))
  return inRoom(openRoom(0), (room) => afterContinue(request, readChunks(request, limit, room)))
}

/**
 * Waits for the body of a request with "Expect: 100-continue". The runtime only answers the header in lower case and
 * cannot be configured; for any other spelling, the client has half a second to send the body anyway, then gets a
 * refusal.
 */
async function afterContinue<T>(request: Request, body: Promise<T>): Promise<T | Outcome> {
  const expectation = request.headers.get('expect')
  if (expectation === null || expectation === '100-continue') return body
  let timer: Timer | undefined
  const refused = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve(cannotContinue), expectationPatienceMs)
  })
  return Promise.race([body, refused]).finally(() => clearTimeout(timer))
}

async function inRoom<T>(room: Room | Outcome, receive: (room: Room) => Promise<T | Outcome>): Promise<T | Unreceived> {
  if (room instanceof Outcome) return room
  try {
    return await room.within(receive(room).catch(brokenOff))
  } finally {
    room.close()
  }
}

const firstBytes = 4096

/** Reads a chunked body of unknown length into one buffer: a chunk of one byte kept separately would take a hundred. */
async function readChunks(request: Request, limit: number, room: Room): Promise<Uint8Array | Unreceived> {
  let body = new Uint8Array(firstBytes)
  let length = 0
  for await (const chunk of request.body ?? []) {
    const end = length + chunk.length
    if (end > limit) return 'too large'
    const refusal = room.grow(chunk.length)
    if (refusal) return refusal
    if (end > body.length) {
      const larger = new Uint8Array(Math.min(limit, Math.max(end, 2 * body.length)))
      larger.set(body.subarray(0, length))
      body = larger
    }
    body.set(chunk, length)
    length = end
  }
  return body.subarray(0, length)
}
