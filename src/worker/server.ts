import { deleteProxyProblems } from '../access/store'
import type { House } from '../house'
import { buildApp } from '../http/app'
import { readCertificate } from '../http/certificate'
import { type Listening, listen } from '../http/server'
import { releaseRunning } from '../jobs/store'
import { startWorker } from '../jobs/worker'
import { removeForsaken } from '../transfer/rehearsal'
import { removeAbandoned } from '../transfer/upload'
import { lastCheckpoint } from './checkpoints'
import { handlers } from './handlers'

/**
 * Puts a house to work: answers requests and runs jobs. `stop` lets both end what they have begun. It holds the folder
 * for itself, so that jobs still marked as running, and files on their way in, are left by a process that has died.
 */
export async function startServer(house: House, hostname: string, port: number): Promise<Listening> {
  removeAbandoned(house.folder)
  removeForsaken(house.folder)
  await house.db.write((tx) => releaseRunning(tx, house.clock()))
  await house.db.write((tx) => deleteProxyProblems(tx))
  const { keep_alive: idleTimeout } = house.config
  const server = listen(buildApp(house), { hostname, port, idleTimeout, certificate: readCertificate(house.config) })
  const worker = await startWorker(house, handlers(house))
  return {
    url: server.url,
    renew: server.renew,
    async stop() {
      await Promise.all([server.stop(), worker.stop()])
      await lastCheckpoint(house)
    },
  }
}
