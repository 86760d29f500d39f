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
 * Starts HTTP and the job worker of an installation. `stop` lets both finish what they have begun. The server holds the
 * folder exclusively, so jobs still marked as running, and uploads in progress, were left by a process that died.
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
