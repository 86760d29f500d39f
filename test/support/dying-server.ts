import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { startServer } from '../../src/worker/server'

const signingMs = 200

/**
 * A server that takes its time to sign the answer of an order that is committed, and is killed before it is done; and
 * likewise once a user's change with an `Idempotency-Key` is committed. Its folder is the argument.
 */
const installation = await openInstallation({ config: readConfig({ data_dir: Bun.argv[2]! }, {}), asServer: true })
const seal: typeof installation.seal = async (outcome, now) => {
  if (outcome.answer !== 'license_keys_assigned') return installation.seal(outcome, now)
  await Bun.sleep(signingMs)
  process.kill(process.pid, 'SIGKILL')
  return ''
}
const operatorRequests: typeof installation.operatorRequests = {
  perform: (db, request, work) =>
    installation.operatorRequests.perform(db, request, async (claiming) => {
      await work(claiming)
      process.kill(process.pid, 'SIGKILL')
    }),
}
const server = await startServer({ ...installation, seal, operatorRequests }, '127.0.0.1', 0)
console.error(`listens on ${server.url}, ready to die`)
