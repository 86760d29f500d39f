import { isatty } from 'node:tty'
import type { Command } from 'commander'
import { hasApiKey } from '../access/service'
import { type Config, type SettingName, settings } from '../config'
import { remedyFor } from '../database/failure'
import { healthOfFiles } from '../features/downloads/health'
import { certificateEnd, readCertificate } from '../http/certificate'
import { type Listening, portObstacle } from '../http/server'
import { type Installation, openInstallation } from '../installation'
import { systemClock } from '../kernel/clock'
import { counted } from '../kernel/counted'
import { batched, faultsAlone, jsonLog, type Log, prettyLog } from '../kernel/log'
import { OperatorError } from '../kernel/operator-error'
import { minuteUtc } from '../operations/lines'
import { hasUser, makeSetupLink, serverUrl } from '../users/links'
import { readAuthorities } from '../webhooks/authorities'
import { startServer } from '../worker/server'
import { configOf, withSettings } from './installation-command'
import type { Io } from './io'

/** `latchkey serve` */
export const serveCommand = (program: Command, io: Io) =>
  withSettings(program.command('serve'), Object.keys(settings) as SettingName[])
    .description('run the server; the first start creates the data folder')
    .action(async (options) => {
      let config = configOf(options, io)
      let opened = await open(config, io)
      // Before the server reports that it runs: a signal may follow at once.
      const stopped = untilStopped().then(() => 'stop' as const)
      while ((await serve(config, io, { ...opened, stopped })) === 'restart') {
        // At a port of its choice it stays.
        config = { ...config, port: Number(new URL(opened.server.url).port) || config.port }
        opened = await open(config, io)
      }
    })

interface Serving extends Opened {
  stopped: Promise<'stop'>
}

/** Serves until the process is to stop, or a request asks for a new start. */
async function serve(config: Config, io: Io, { installation, server, stopped }: Serving) {
  const tell = noticesOn(config, io)
  const renewal = onHangUp(config, server, tell)
  for (const thing of installation.made) tell(`Made ${thing}.`)
  tell(`Latchkey listens on ${server.url}, data in ${installation.folder}`)
  // A damaged table fails only the requests that need it; the rest is served.
  if (!(await hasApiKey(installation.db.read).catch(() => true))) {
    tell('There is no API key yet. In another terminal: latchkey api-key create --name "my app" --preset all')
  }
  const link = await setupLink(installation, server.url).catch(() => undefined)
  if (link) tell(`There is no user yet. Set up the console in a browser, within 30 minutes: ${link}`)
  // Not waited for: licences are served without files.
  void tellOfFiles(installation, tell).catch(() => {})
  const cause = await Promise.race([stopped, installation.restartAsked.then(() => 'restart' as const)])
  process.off('SIGHUP', renewal)
  tell(cause === 'stop' ? 'Stopping: finishing what runs.' : 'Starting again, with the backup that was restored.')
  await server.stop()
  await installation.close()
  return cause
}

/** Tells what is wrong with files of releases that lie elsewhere. */
async function tellOfFiles({ db, files }: Installation, tell: (sentence: string) => void) {
  if (files.isLocal) return
  const { problem, lost } = await healthOfFiles(db.read, files)
  if (problem !== null) tell(`The files of releases cannot be had: ${problem}.`)
  if (!lost.length) return
  const releases = counted(lost.length, 'release has', 'releases have')
  tell(`${releases} no whole file in ${files.place}: see "latchkey release copy-files --help" and "latchkey doctor".`)
}

/** A link to the first set-up; undefined if there is a user, or no console. */
export async function setupLink({ config, db, clock }: Installation, url: string) {
  if (config.console === 'off' || (await hasUser(db.read))) return undefined
  const { path } = await db.write((tx) => makeSetupLink(tx, clock()))
  return `${serverUrl({ ...config, base_url: config.base_url || reachable(url) })}${path}`
}

/** The address of the server as a browser on this machine reaches it. */
const reachable = (url: string) => url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:|$)/, '//localhost')

/** A folder opened for a server, and what listens. */
interface Opened {
  installation: Installation
  server: Listening
}

/** Opens the folder for a server and listens. A port in use is detected before anything is written. */
export async function open(config: Config, io: Io): Promise<Opened> {
  readCertificate(config)
  readAuthorities(config.webhook_ca)
  const obstacle = portObstacle(config.host, config.port)
  if (obstacle) throw new OperatorError(obstacle)
  const installation = await openInstallation({ config, asServer: true, log: logOf(config, io) })
  try {
    // A server that can sign nothing is of no use; a damaged key of a product stops that product alone.
    await installation.keys.signerFor({ productId: undefined, now: systemClock() })
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
