import { deleteProxyProblems } from '../access/client-addresses'
import { buildApp } from '../http/app'
import { readCertificate } from '../http/certificate'
import { type Listening, listen } from '../http/server'
import type { Installation } from '../installation'
import { releaseRunning } from '../jobs/service'
import { startWorker } from '../jobs/worker'
import { removeForsaken } from '../transfer/import/dry-run'
import { removeAbandoned } from '../transfer/import/upload'
import { lastCheckpoint } from './checkpoints'
import { handlers } from './handlers'

/**
 * Puts a installation to work: answers requests and runs jobs. `stop` lets both end what they have begun. It holds the folder
 * for itself, so that jobs still marked as running, and files on their way in, are left by a process that has died.
 */
export async function startServer(installation: Installation, hostname: string, port: number): Promise<Listening> {
  removeAbandoned(installation.folder)
  removeForsaken(installation.folder)
  await installation.db.write((tx) => releaseRunning(tx, installation.clock()))
  await installation.db.write((tx) => deleteProxyProblems(tx))
  const { keep_alive: idleTimeout } = installation.config
  const server = listen(buildApp(installation), {
    hostname,
    port,
    idleTimeout,
    certificate: readCertificate(installation.config),
  })
  const worker = await startWorker(installation, handlers(installation))
  return {
    url: server.url,
    renew: server.renew,
    async stop() {
      await Promise.all([server.stop(), worker.stop()])
      await lastCheckpoint(installation)
    },
  }
}
