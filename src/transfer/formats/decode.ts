import { createReadStream } from 'node:fs'
import { remedyFor } from '../../database/failure'
import { OperatorError } from '../../kernel/operator-error'
import type { Encoding } from './encodings'

interface Reading {
  path: string
  encoding: Encoding
  /** Called with the number of bytes read. */
  onRead?: ((bytes: number) => void) | undefined
}

/**
 * A file's text in pieces, without its byte order mark. Throws an `OperatorError` that names the line for bytes invalid
 * in the encoding.
 */
export async function* decoded({ path, encoding, onRead }: Reading): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding as 'utf-8', { fatal: true })
  let lines = 1
  for await (const bytes of bytesOf(path)) {
    onRead?.(bytes.length)
    const text = decode(decoder, bytes, { path, lines })
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
    yield text
  }
  yield decode(decoder, undefined, { path, lines })
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 262_144 })
  } catch (error) {
    if (remedyFor(error)) throw error
    throw new OperatorError(`cannot read ${path}: check the name and its permissions`)
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array | undefined, { path, lines }: { path: string; lines: number }) {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
  } catch {
    const before = bytes ? linesBefore(bytes, decoder.encoding) : 0
    throw new OperatorError(
      `line ${lines + before} of ${path} is not ${decoder.encoding}: save the file as UTF-8, or name its encoding, for example --encoding windows-1252`,
    )
  }
}

/** The number of whole lines before the first invalid bytes. */
function linesBefore(bytes: Uint8Array, encoding: Encoding) {
  const lenient = new TextDecoder(encoding as 'utf-8').decode(bytes, { stream: true })
  const fault = lenient.indexOf('\ufffd')
  return lenient.slice(0, fault === -1 ? undefined : fault).split('\n').length - 1
}
