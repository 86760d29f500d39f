import { randomUUID } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'

const chunkBytes = 262_144

/**
 * Passes a text through a file, written at full speed however slowly it is read, so that a slow reader holds no
 * snapshot of the database. The file is unlinked at once, so nothing is left of it, whatever happens.
 */
export async function* spooled(pieces: AsyncGenerator<string>, folder: string): AsyncGenerator<Uint8Array> {
  const path = join(folder, `export-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  let written = 0
  let isWanted = true
  let isDone = false
  let more = Promise.withResolvers<void>()

  async function write() {
    for await (const text of pieces) {
      const bytes = Buffer.from(text)
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, written)
        done += bytesWritten
        written += bytesWritten
      }
      more.resolve()
      if (!isWanted) return
      // Lets other requests run between two pieces.
      await new Promise((resume) => setImmediate(resume))
    }
  }

  try {
    await unlink(path)
    const writing = write().finally(() => {
      isDone = true
      more.resolve()
    })
    // Awaited below; until then a rejection must not count as unhandled.
    writing.catch(() => {})
    try {
      for (let read = 0; ; ) {
        if (read < written) {
          const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, written - read))
          const { bytesRead } = await file.read(chunk, 0, chunk.length, read)
          read += bytesRead
          yield chunk.subarray(0, bytesRead)
        } else if (isDone) {
          break
        } else {
          await more.promise
          more = Promise.withResolvers<void>()
        }
      }
      await writing
    } finally {
      isWanted = false
      await writing.catch(() => {})
    }
  } finally {
    await file.close()
  }
}
