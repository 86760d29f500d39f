import { readConfig } from '../../src/config'
import { type Installation, openInstallation } from '../../src/installation'
import type { TestInstallation } from './installation'

/** Does what has no door yet, on the folder of a running server. */
export async function beside<T>(
  { folder }: TestInstallation,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const installation = await openInstallation({ config: readConfig({}, { LATCHKEY_DATA_DIR: folder }) })
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}
