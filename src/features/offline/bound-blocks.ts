import { hkdfSync, type KeyObject } from 'node:crypto'
import { sha256 } from '../../kernel/secrets'

/** A part of a JSON text that is kept whole if it fits into a block: `"key":value`, and adjoining brackets. */
interface Piece {
  key: string
  text: string
}

const digestKey = 'digest'
const digestMember = (digest: string) => `"${digestKey}":"${digest}"}`
const digestBytes = digestMember(sha256('')).length
const bracketsMax = 120
const binderKeyLengthMax = 20

/**
 * Writes an object as JSON in blocks of `blockBytes`, each encrypted by itself, so that blocks of two files cannot be
 * combined. Between two blocks come brackets, `[` and `{"":` in an order unique to the file, and the next block begins
 * by closing them: blocks of two files together are not valid JSON for any reader. The brackets are the value of a key
 * whose own value follows and counts. A single text longer than a block has no room for brackets inside; so the last
 * member, `digest`, is the SHA-256 of everything before it, for readers that check it.
 */
export function boundText(content: Readonly<Record<string, unknown>>, blockBytes: number, secret: KeyObject): Buffer {
  const pieces = piecesOf(content)
  const bracketsAt = openBrackets(JSON.stringify(content), blockBytes, secret)
  const binder = (key: string, open: string) => `,${JSON.stringify(key)}:${open}`
  let written = Buffer.from('{')
  const add = (text: string) => {
    written = Buffer.concat([written, Buffer.from(text)])
  }
  const room = () => blockBytes - (written.length % blockBytes)

  /** Starts a block for that many bytes, with room after them for the brackets that bind the next block. */
  function place(bytes: number, key: string, next: string | undefined) {
    const { open, close } = bracketsAt(written.length)
    const reserve = next === undefined ? 0 : Buffer.byteLength(binder(next, open))
    if (bytes + reserve > room() && written.length > 1) {
      add(binder(key, open))
      add(`${' '.repeat(room() % blockBytes)}${close}`)
    }
    if (bytes + reserve <= room()) return
    const end = (written.length + bytes) % blockBytes
    const isTight = end === 0 || blockBytes - end < reserve
    if (isTight) add(' '.repeat(((blockBytes - end) % blockBytes) + 1))
  }

  for (const [i, { key, text }] of pieces.entries()) {
    const member = i === 0 ? text : `,${text}`
    place(Buffer.byteLength(member), key, pieces[i + 1]?.key ?? digestKey)
    add(member)
  }
  place(digestBytes + 1, digestKey, undefined)
  add(`,${digestMember(sha256(written))}`)
  return written
}

/** The members of an object and its nested objects, in order. A member with a long key stays with the one before. */
function piecesOf(content: Readonly<Record<string, unknown>>): Piece[] {
  const members = Object.entries(content).flatMap(([key, value]): Piece[] => {
    const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
    if (!inner.length) return [{ key, text: memberOf(key, value) }]
    return inner.map(([name, each], i) => ({
      key: i === 0 ? key : name,
      text: `${i === 0 ? `${JSON.stringify(key)}:{` : ''}${memberOf(name, each)}${i === inner.length - 1 ? '}' : ''}`,
    }))
  })
  const pieces: Piece[] = []
  for (const piece of members) {
    const before = pieces.at(-1)
    if (before && Buffer.byteLength(JSON.stringify(piece.key)) > binderKeyLengthMax) before.text += `,${piece.text}`
    else pieces.push({ ...piece })
  }
  return pieces
}

const memberOf = (key: string, value: unknown) => `${JSON.stringify(key)}:${JSON.stringify(value)}`

/**
 * Brackets unpredictable without the private key and constant for a file: as many as a block can spare, a quarter of
 * them objects, so that all take equal room. 42 bits for RSA-2048, 90 and more for RSA-4096.
 */
function openBrackets(content: string, blockBytes: number, privateKey: KeyObject) {
  const count = Math.min(Math.floor(blockBytes * 0.23), bracketsMax)
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' })
  return (at: number) => {
    const drawn = new Uint32Array(
      hkdfSync(
        'sha256',
        secret,
        Buffer.from(sha256(content), 'hex'),
        `latchkey licence file, block at ${at}`,
        count * 4,
      ),
    )
    const order = Array.from(drawn.keys()).sort((a, b) => drawn[a]! - drawn[b]!)
    const objects = new Set(order.slice(0, Math.floor(count / 4)))
    const each = Array.from(drawn.keys())
    return {
      open: each.map((i) => (objects.has(i) ? '{"":' : '[')).join(''),
      // An array may be empty, an object may not: the innermost one holds a number.
      close: `0${each
        .map((i) => (objects.has(i) ? '}' : ']'))
        .reverse()
        .join('')}`,
    }
  }
}
