import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Upload } from '../features/downloads/files'
import { OperatorError } from '../kernel/operator-error'
import { unreadable } from '../kernel/ownership'

/** A local file, read in pieces on demand. Throws an `OperatorError` if it cannot be read. */
export function uploadOf(path: string): Upload {
  const status = statusOf(path)
  if (!status.isFile()) throw new OperatorError(`${path} is not a file: pack a folder into an archive first`)
  return {
    name: basename(path),
    size: status.size,
    async *pieces() {
      try {
        yield* createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Uint8Array>
      } catch (error) {
        throw new OperatorError(unreadable(path, error))
      }
    },
  }
}

const pieceBytes = 1_048_576

function statusOf(path: string) {
  try {
    return statSync(path)
  } catch (error) {
    throw new OperatorError(unreadable(path, error))
  }
}
