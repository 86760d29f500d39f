import type { Command } from 'commander'
import { OperatorError } from '../kernel/operator-error'
import { listPublicKeys } from '../signing/service'
import { configOf, inInstallation } from './installation-command'
import type { Io } from './io'

const patienceMs = 5_000

/** The host at which a server with that listen address is reachable from its own machine. */
const reachable = (host: string) => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** `latchkey health` */
export const healthCommand = (program: Command, io: Io) =>
  program
    .command('health')
    .description('check that a server on this machine is ready; exit code 0 if it is, 1 if not')
    .option('--host <address>', 'the address the server listens on (default: 127.0.0.1)')
    .option('--port <port>', 'the port the server listens on (default: 8080)')
    .option('--tls-cert <file>', 'the certificate of the server, when it speaks HTTPS')
    .option('--data-dir <folder>', 'also check that the server uses this data folder')
    .action(async (options) => {
      const { host, port, tls_cert } = configOf(options, io)
      const url = `${tls_cert ? 'https' : 'http'}://${reachable(host)}:${port}`
      // The certificate has the server's public name, not this machine's address.
      const tls = { rejectUnauthorized: false }
      const ask = (path: string) => fetch(url + path, { signal: AbortSignal.timeout(patienceMs), tls })
      const answer = await ask('/readyz').catch(() => {
        throw new OperatorError(`nothing answers on ${url}: start the server, or name its --host and --port`)
      })
      if (!answer.ok) throw new OperatorError(`the server on ${url} is not ready: ${await answer.text()}`)
      if (options.dataDir !== undefined) await requireSameKeys(options, io, { url, told: await keysOf(ask) })
      io.out(`The server on ${url} is ready.\n`)
    })

/** The ids of the keys a server lists; empty if the answer is not Latchkey's. */
async function keysOf(ask: (path: string) => Promise<Response>): Promise<string[]> {
  const answer = await ask('/api/v1/keys').catch(() => undefined)
  const told: unknown = await answer?.json().catch(() => undefined)
  const { response } = (told ?? {}) as { response?: { keys?: { key_id: string }[] } }
  return (response?.keys ?? []).map(({ key_id }) => key_id)
}

/** Servers with different public keys work on different folders. */
const requireSameKeys = (options: { dataDir?: string }, io: Io, { url, told }: { url: string; told: string[] }) =>
  inInstallation(options, io, async ({ db, folder }) => {
    const own = await listPublicKeys(db.read)
    if (own.some(({ id }) => told.includes(id))) return
    throw new OperatorError(
      `the server on ${url} works on another data folder than ${folder}: name its --host and --port`,
    )
  })
