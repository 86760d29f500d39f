import { hkdfSync, type KeyObject } from 'node:crypto'
import { sha256 } from '../../kernel/secrets'

/** A part of a JSON text that is cut nowhere where it fits into a block: `"key":value`, and brackets that go with it. */
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
 * An object as JSON that is cut into blocks of so many bytes, each encrypted by itself, and cannot be put together from
 * two files. Between two blocks stand brackets, `[` and `{"":` in an order that is this file's alone, and the next block
 * begins by closing them: blocks of two files are no JSON together, whoever reads them. The brackets are the value of a
 * key whose own value follows and counts. Within one text that is longer than a block no bracket can stand; so the last
 * member, `digest`, is the SHA-256 of all before it, for readers that look.
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

  /** Makes a place for that many bytes, with room behind them for what binds the next block. */
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

/** The members of an object, and those of objects in it, in order. One whose key is long is not parted from the one before. */
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
 * Brackets that nobody can foresee without the private key, the same for the same file: as many as a block can spare, a
 * quarter of them objects, so that all take the same room. 42 bits for RSA-2048, 90 and more for RSA-4096.
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
      // An array may be empty, an object may not: the innermost holds a number.
      close: `0${each
        .map((i) => (objects.has(i) ? '}' : ']'))
        .reverse()
        .join('')}`,
    }
  }
}
