import type { Command } from 'commander'
import { hasApiKey } from '../access/store'
import { type Config, type SettingName, settings } from '../config'
import { type House, openHouse } from '../house'
import { type Listening, portObstacle } from '../http/server'
import { gathered, jsonLog, type Log, prettyLog, silent } from '../kernel/log'
import { Sorry } from '../kernel/sorry'
import { startServer } from '../worker/server'
import { configOf, withSettings } from './house-command'
import type { Io } from './io'

/** `latchkey serve` */
export const serveCommand = (program: Command, io: Io) =>
  withSettings(program.command('serve'), Object.keys(settings) as SettingName[])
    .description('run the server; the first start makes the data folder')
    .action(async (options) => {
      const config = configOf(options, io)
      const { house, server } = await open(config, io)
      for (const thing of house.made) io.err(`Made ${thing}.\n`)
      io.err(`Latchkey listens on ${server.url}, data in ${house.folder}\n`)
      if (!(await hasApiKey(house.db.read))) {
        io.err('There is no API key yet. In another terminal: latchkey api-key create --name "my app" --preset all\n')
      }
      await untilStopped()
      io.err('Stopping: finishing what runs.\n')
      await server.stop()
      await house.close()
    })

/** Opens the folder for a server and listens. A port in use is found before anything is written. */
export async function open(config: Config, io: Io): Promise<{ house: House; server: Listening }> {
  const obstacle = portObstacle(config.host, config.port)
  if (obstacle) throw new Sorry(obstacle)
  const house = await openHouse({ config, asServer: true, log: logOf(config, io) })
  try {
    return { house, server: await startServer(house, config.host, config.port) }
  } catch (error) {
    await house.close()
    throw new Sorry(portObstacle(config.host, config.port) ?? `cannot listen: ${(error as Error).message}`)
  }
}

function logOf({ log }: Config, io: Io): Log {
  const kind = log === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : log
  return kind === 'off' ? silent : (kind === 'json' ? jsonLog : prettyLog)(gathered(io.out))
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
