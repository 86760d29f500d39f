import { createReadStream } from 'node:fs'
import { remedyFor } from '../../database/failure'
import { Sorry } from '../../kernel/sorry'

/** The encodings a file may have; one that begins with a byte order mark says so itself. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

interface Reading {
  path: string
  encoding: Encoding
  /** Told how many bytes have been read. */
  onRead?: ((bytes: number) => void) | undefined
}

/** A file's text, piece by piece. Bytes that its encoding does not know are a `Sorry` that says the line. */
export async function* decoded({ path, encoding, onRead }: Reading): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  let lines = 1
  for await (const bytes of bytesOf(path)) {
    decoder ??= new TextDecoder(marked(bytes) ?? encoding, { fatal: true })
    onRead?.(bytes.length)
    const text = decode(decoder, bytes, { path, lines })
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
    yield text
  }
  if (decoder) yield decode(decoder, undefined, { path, lines })
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 262_144 })
  } catch (error) {
    if (remedyFor(error)) throw error
    throw new Sorry(`cannot read ${path}: check the name and its permissions`)
  }
}

/** What the byte order mark at the beginning of a file says, if there is one. */
function marked([first, second, third]: Uint8Array): Encoding | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

function decode(decoder: TextDecoder, bytes: Uint8Array | undefined, { path, lines }: { path: string; lines: number }) {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
  } catch {
    const before = bytes ? linesBefore(bytes, decoder.encoding as Encoding) : 0
    throw new Sorry(
      `line ${lines + before} of ${path} is not ${decoder.encoding}: save the file as UTF-8, or name its encoding, for example --encoding windows-1252`,
    )
  }
}

/** How many whole lines stand before the first bytes that cannot be read. */
function linesBefore(bytes: Uint8Array, encoding: Encoding) {
  const lenient = new TextDecoder(encoding).decode(bytes, { stream: true })
  const fault = lenient.indexOf('\ufffd')
  return lenient.slice(0, fault === -1 ? undefined : fault).split('\n').length - 1
}
