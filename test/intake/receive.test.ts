import { heapStats } from 'bun:jsc'
import { expect, test } from 'bun:test'
import { openBodyBudget } from '../../src/intake/body-budget'
import { receiveBytes } from '../../src/intake/receive'

const bytesMax = 1_048_576
const count = 50_000

function chunked(end: Promise<void>) {
  let sent = 0
  const all = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent < count) {
        controller.enqueue(new Uint8Array([sent++ % 256]))
        return
      }
      all.resolve()
      await end
      controller.close()
    },
  })
  return { request: new Request('http://x/', { method: 'POST', body }), all: all.promise }
}

test('a body in chunks of one byte takes no more than its bytes while it is awaited, and arrives whole', async () => {
  const arrays = () => {
    Bun.gc(true)
    return heapStats().objectTypeCounts.Uint8Array ?? 0
  }
  const before = arrays()
  const end = Promise.withResolvers<void>()
  const { request, all } = chunked(end.promise)
  const received = receiveBytes(request, bytesMax, (bytes) => openBodyBudget(60).open('8.8.8.8', bytes))
  await all
  await Bun.sleep(0)
  expect(arrays() - before).toBeLessThan(1000)
  end.resolve()
  const body = await received
  expect(body).toBeInstanceOf(Uint8Array)
  expect(body as Uint8Array).toEqual(Uint8Array.from({ length: count }, (_, i) => i % 256))
})
