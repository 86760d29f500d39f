import type { House } from '../house'
import { buildApp } from '../http/app'
import { type Listening, listen } from '../http/server'
import { startWorker } from '../jobs/worker'
import { handlers } from './handlers'

/** Puts a house to work: answers requests and runs jobs. `stop` lets both end what they have begun. */
export async function startServer(house: House, hostname: string, port: number): Promise<Listening> {
  const server = listen(buildApp(house), hostname, port)
  const worker = await startWorker(house, handlers(house))
  return {
    url: server.url,
    async stop() {
      await server.stop()
      await worker.stop()
    },
  }
}
