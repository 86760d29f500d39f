import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { startServer } from '../../src/worker/server'
import { binary } from './installation'
import { serve } from './process'

export interface Restored {
  readonly url: string
  close(): Promise<void>
}

/** Serves a folder that is there already: in process, or with the binary. */
export async function serveFolder(folder: string): Promise<Restored> {
  if (binary) {
    const served = await serve(folder, ['--data-dir', folder])
    return { url: served.url, close: async () => void (await served.stop('SIGTERM')) }
  }
  const installation = await openInstallation({ config: readConfig({}, { LATCHKEY_DATA_DIR: folder }), asServer: true })
  const server = await startServer(installation, '127.0.0.1', 0)
  return {
    url: server.url,
    async close() {
      await server.stop()
      await installation.close()
    },
  }
}
