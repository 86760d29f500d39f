import { type Command, Option } from 'commander'
import { VerifiedDevice } from '../features/activations/model'
import { baselineApp } from '../http/baseline'
import { listen } from '../http/server'
import { OperatorError } from '../kernel/operator-error'
import { type Io, report } from './io'
import { untilStopped } from './serve'

const most = { keys: 1_000_000, rounds: 100, seconds: 600 }

/** `latchkey bench` */
export const benchCommand = (program: Command, io: Io) =>
  program
    .command('bench')
    .description('measure the speed of this machine, in a temporary folder')
    .option('--keys <number>', 'number of licence keys', '10000')
    .option('--rounds <number>', 'number of rounds; the median counts', '5')
    .option('--seconds <number>', 'seconds for each round', '3')
    .option('--json', 'print every round as JSON')
    .addOption(new Option('--bare <bytes>', 'serve the baseline').hideHelp())
    .action(async (options: Record<string, string>) => {
      if (options.bare !== undefined) return serveBaseline(io, Number(options.bare))
      const effort = {
        keys: numberIn(options, 'keys'),
        rounds: numberIn(options, 'rounds'),
        seconds: numberIn(options, 'seconds'),
      }
      const [{ machine, tableOf }, { runBench }] = await Promise.all([
        import('../bench/report'),
        import('../bench/run'),
      ])
      const { rows, load } = await runBench(effort)
      const conditions = { ...machine(), load, ...effort }
      const said = Object.entries(conditions).map((pair) => pair.join(' '))
      report(io, options, { conditions, rows }, [...tableOf(rows), '', said.join(', ')])
    })

function numberIn(options: Record<string, string>, name: keyof typeof most) {
  const value = Number(options[name])
  if (!Number.isInteger(value) || value < 1 || value > most[name]) {
    throw new OperatorError(
      `--${name} takes a whole number from 1 to ${most[name].toLocaleString('en')}`,
      'invalid_input',
    )
  }
  return value
}

async function serveBaseline(io: Io, bytes: number) {
  const server = listen(baselineApp(VerifiedDevice, '.'.repeat(bytes)), { hostname: '127.0.0.1', port: 0 })
  io.err(`The bare route listens on ${server.url},\n`)
  await untilStopped()
  await server.stop()
}
