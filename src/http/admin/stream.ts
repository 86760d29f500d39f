/**
 * Text as a body, made as fast as its reader takes it; other requests come first between two pieces. The first piece is
 * there when this returns, so that what stands in the way at once is still told as a refusal.
 */
export async function streamOf(pieces: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  let next = await pieces.next()
  return new ReadableStream({
    async pull(controller) {
      if (next.done) return controller.close()
      controller.enqueue(encoder.encode(next.value))
      await new Promise((resume) => setImmediate(resume))
      next = await pieces.next()
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}
