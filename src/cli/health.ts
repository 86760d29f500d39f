import type { Command } from 'commander'
import { Sorry } from '../kernel/sorry'
import { configOf, withSettings } from './house-command'
import type { Io } from './io'

const patienceMs = 5_000

/** Where a server that listens on an address is reached from its own machine. */
const reachable = (host: string) => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** `latchkey health` */
export const healthCommand = (program: Command, io: Io) =>
  withSettings(program.command('health'), ['host', 'port', 'tls_cert'])
    .description('ask a server on this machine whether it is ready; exit 0 when it is, 1 when it is not')
    .action(async (options) => {
      const { host, port, tls_cert } = configOf(options, io)
      const url = `${tls_cert ? 'https' : 'http'}://${reachable(host)}:${port}/readyz`
      // The certificate names the server as customers know it, not as this machine does.
      const tls = { rejectUnauthorized: false }
      const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs), tls }).catch(() => {
        throw new Sorry(`nothing answers on ${url}: start the server, or name its --host and --port`)
      })
      if (!answer.ok) throw new Sorry(`the server is not ready: ${await answer.text()}`)
      io.out('Ready.\n')
    })
