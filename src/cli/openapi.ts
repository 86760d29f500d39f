import type { Command } from 'commander'
import { readConfig } from '../config'
import type { Deps } from '../deps'
import { buildApp } from '../http/app'
import type { Io } from './io'

/** `latchkey openapi` */
export const openapiCommand = (program: Command, io: Io) =>
  program
    .command('openapi')
    .description('print the OpenAPI 3.1 description of the API; the server shows it at /docs/api')
    .action(async () => {
      const { describeApi } = await import('../http/openapi')
      // Routes are described without being called, so they need nothing else of an installation.
      const app = buildApp({ config: readConfig({}, {}) } as Deps)
      io.out(`${JSON.stringify(describeApi(app), null, 2)}\n`)
    })
