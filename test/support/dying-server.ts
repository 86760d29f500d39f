import { readConfig } from '../../src/config'
import { openHouse } from '../../src/house'
import { startServer } from '../../src/worker/server'

/** A server that is killed after an order is committed and before its answer is written. Its folder is the argument. */
const house = await openHouse({ config: readConfig({ data_dir: Bun.argv[2]! }, {}), asServer: true })
const seal: typeof house.seal = (outcome, now) => {
  if (outcome.answer === 'license_keys_assigned') process.kill(process.pid, 'SIGKILL')
  return house.seal(outcome, now)
}
const server = await startServer({ ...house, seal }, '127.0.0.1', 0)
console.error(`listens on ${server.url}, ready to die`)
