import { isatty } from 'node:tty'
import type { Command } from 'commander'
import { hasApiKey } from '../access/store'
import { type Config, type SettingName, settings } from '../config'
import { remedyFor } from '../database/failure'
import { certificateEnd, readCertificate } from '../http/certificate'
import { type Listening, portObstacle } from '../http/server'
import { type Installation, openInstallation } from '../installation'
import { batched, faultsAlone, jsonLog, type Log, prettyLog } from '../kernel/log'
import { OperatorError } from '../kernel/operator-error'
import { minuteUtc } from '../operations/lines'
import { readAuthorities } from '../webhooks/authorities'
import { startServer } from '../worker/server'
import { configOf, withSettings } from './installation-command'
import type { Io } from './io'

/** `latchkey serve` */
export const serveCommand = (program: Command, io: Io) =>
  withSettings(program.command('serve'), Object.keys(settings) as SettingName[])
    .description('run the server; the first start makes the data folder')
    .action(async (options) => {
      const config = configOf(options, io)
      const { installation, server } = await open(config, io)
      const renewal = onHangUp(config, server, io)
      // Before anything says that it runs: a signal may follow at once.
      const stopped = untilStopped()
      for (const thing of installation.made) io.err(`Made ${thing}.\n`)
      io.err(`Latchkey listens on ${server.url}, data in ${installation.folder}\n`)
      // A damaged table is told to those who need it; the rest is served.
      if (!(await hasApiKey(installation.db.read).catch(() => true))) {
        io.err('There is no API key yet. In another terminal: latchkey api-key create --name "my app" --preset all\n')
      }
      await stopped
      process.off('SIGHUP', renewal)
      io.err('Stopping: finishing what runs.\n')
      await server.stop()
      await installation.close()
    })

/** Opens the folder for a server and listens. A port in use is found before anything is written. */
export async function open(config: Config, io: Io): Promise<{ installation: Installation; server: Listening }> {
  readCertificate(config)
  readAuthorities(config.webhook_ca)
  const obstacle = portObstacle(config.host, config.port)
  if (obstacle) throw new OperatorError(obstacle)
  const installation = await openInstallation({ config, asServer: true, log: logOf(config, io) })
  try {
    return { installation, server: await startServer(installation, config.host, config.port) }
  } catch (error) {
    await installation.close()
    const reason = remedyFor(error) ?? portObstacle(config.host, config.port)
    throw new OperatorError(reason ?? `cannot listen: ${(error as Error).message}`)
  }
}

/** SIGHUP reads the certificate again; one of no use changes nothing. */
function onHangUp(config: Config, server: Listening, io: Io) {
  const renew = async () => {
    try {
      const certificate = readCertificate(config)
      if (!certificate) return io.err('Hung up: there is no certificate to read again.\n')
      await server.renew(certificate)
      io.err(`The certificate was read again; it is good until ${minuteUtc(certificateEnd(certificate))}.\n`)
    } catch (error) {
      io.err(`The certificate before it goes on serving: ${(error as Error).message}\n`)
    }
  }
  // Without TLS, the end of the terminal it was started at is the end of a server, as of any program.
  if (config.tls_cert || !isatty(0)) process.on('SIGHUP', renew)
  return renew
}

function logOf({ log }: Config, io: Io): Log {
  const kind = log === 'auto' ? (io.screen ? 'pretty' : 'json') : log
  if (kind === 'off') return faultsAlone(prettyLog(io.err))
  return (kind === 'json' ? jsonLog : prettyLog)(batched(io.out))
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
export const untilStopped = () =>
  new Promise<void>((resolve) => {
    const stop = () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.removeListener(signal, stop)
        process.on(signal, () => process.exit(1))
      }
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
