import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Upload } from '../features/downloads/files'
import { unreadable } from '../kernel/ownership'
import { Sorry } from '../kernel/sorry'

/** A file of this machine, read piece by piece when it is wanted. One that cannot be read is a `Sorry`. */
export function uploadOf(path: string): Upload {
  const status = statusOf(path)
  if (!status.isFile()) throw new Sorry(`${path} is not a file: pack a folder into an archive first`)
  return {
    name: basename(path),
    size: status.size,
    async *pieces() {
      try {
        yield* createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Uint8Array>
      } catch (error) {
        throw new Sorry(unreadable(path, error))
      }
    },
  }
}

const pieceBytes = 1_048_576

function statusOf(path: string) {
  try {
    return statSync(path)
  } catch (error) {
    throw new Sorry(unreadable(path, error))
  }
}
