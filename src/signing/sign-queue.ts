import { type KeyObject, sign } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'

const signAsync = promisify(sign)

// A core that is done finds the next signature there, without waiting for the event loop.
const mostAtOnce = availableParallelism() + 1

/** Signs a text of ASCII with SHA-256, in base64; off the event loop, and in the turn of its lane. */
export type SignText = (privateKey: KeyObject, text: string, lane: string) => Promise<string>

/**
 * What waits here is served lane by lane, while what waits in the runtime's own queue is served in the order it came, the
 * one answer many wait for behind hundreds that only one waits for.
 */
export function openSignQueue(): SignText {
  const lanes = new Map<string, (() => void)[]>()
  let running = 0

  function beginNext() {
    const next = lanes.entries().next().value
    if (!next) return
    const [lane, waiting] = next
    const begin = waiting.shift()!
    // The next turn is another lane's.
    lanes.delete(lane)
    if (waiting.length) lanes.set(lane, waiting)
    begin()
  }

  async function takeTurn(lane: string) {
    if (running < mostAtOnce) {
      running += 1
      return
    }
    await new Promise<void>((begin) => {
      const waiting = lanes.get(lane) ?? []
      waiting.push(begin)
      lanes.set(lane, waiting)
    })
  }

  return async (privateKey, text, lane) => {
    await takeTurn(lane)
    try {
      const signature = await signAsync('sha256', Buffer.from(text, 'ascii'), privateKey)
      return signature.toString('base64')
    } finally {
      // Its place passes on to whoever waits.
      if (lanes.size) beginNext()
      else running -= 1
    }
  }
}
