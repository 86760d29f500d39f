/**
 * Bytes as a body, as fast as its reader takes them; other requests come first between two pieces. The first piece is
 * there when this returns, so that what stands in the way at once is still told as a refusal.
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
