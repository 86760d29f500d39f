/**
 * Bytes as a body, as fast as the reader takes them; other requests run between two pieces. The first piece is ready on
 * return, so that an immediate failure can still be answered as a refusal.
 */
export async function streamOf(pieces: AsyncGenerator<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  let next = await pieces.next()
  return new ReadableStream({
    async pull(controller) {
      if (next.done) return controller.close()
      controller.enqueue(next.value)
      await new Promise((resume) => setImmediate(resume))
      next = await pieces.next()
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}
