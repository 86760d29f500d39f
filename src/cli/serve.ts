import { isatty } from 'node:tty'
import type { Command } from 'commander'
import { hasApiKey } from '../access/service'
import { type Config, type SettingName, settings } from '../config'
import { remedyFor } from '../database/failure'
import { certificateEnd, readCertificate } from '../http/certificate'
import { type Listening, portObstacle } from '../http/server'
import { type Installation, openInstallation } from '../installation'
import { systemClock } from '../kernel/clock'
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
    .description('run the server; the first start creates the data folder')
    .action(async (options) => {
      const config = configOf(options, io)
      const { installation, server } = await open(config, io)
      const tell = noticesOn(config, io)
      const renewal = onHangUp(config, server, tell)
      // Before the server reports that it runs: a signal may follow at once.
      const stopped = untilStopped()
      for (const thing of installation.made) tell(`Made ${thing}.`)
      tell(`Latchkey listens on ${server.url}, data in ${installation.folder}`)
      // A damaged table fails only the requests that need it; the rest is served.
      if (!(await hasApiKey(installation.db.read).catch(() => true))) {
        tell('There is no API key yet. In another terminal: latchkey api-key create --name "my app" --preset all')
      }
      await stopped
      process.off('SIGHUP', renewal)
      tell('Stopping: finishing what runs.')
      await server.stop()
      await installation.close()
    })

/** Opens the folder for a server and listens. A port in use is detected before anything is written. */
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

/** Reloads the certificate on SIGHUP; an invalid one changes nothing. */
function onHangUp(config: Config, server: Listening, tell: (sentence: string) => void) {
  const renew = async () => {
    try {
      const certificate = readCertificate(config)
      if (!certificate) return tell('Hung up: there is no certificate to read again.')
      await server.renew(certificate)
      tell(`The certificate was read again; it is good until ${minuteUtc(certificateEnd(certificate))}.`)
    } catch (error) {
      tell(`The certificate before it goes on serving: ${(error as Error).message}`)
    }
  }
  // Without TLS, closing its terminal ends the server, as any program.
  if (config.tls_cert || !isatty(0)) process.on('SIGHUP', renew)
  return renew
}

const logKind = ({ log }: Config, io: Io) => (log === 'auto' ? (io.screen ? 'pretty' : 'json') : log)

/** Prints the server's notices to standard error: sentences, or log lines if the log is JSON. */
function noticesOn(config: Config, io: Io): (sentence: string) => void {
  if (logKind(config, io) !== 'json') return (sentence) => io.err(`${sentence}\n`)
  const log = jsonLog(io.err)
  return (event) => log(systemClock(), { event })
}

function logOf(config: Config, io: Io): Log {
  const kind = logKind(config, io)
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
