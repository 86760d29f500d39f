/** A worker in a process of its own: `second-worker.ts DATABASE RUNS`. Notes each run's beginning and end in a file. */
import { appendFileSync } from 'node:fs'
import { Type } from '@sinclair/typebox'
import { openDatabase } from '../../src/database/database'
import { declareJob, handles } from '../../src/jobs/job'
import { startWorker } from '../../src/jobs/worker'

const [database, runs] = process.argv.slice(2) as [string, string]
const chore = declareJob('chore', Type.Object({ n: Type.Integer() }))
const db = openDatabase(database, { actor: 'test' })
const worker = await startWorker({ db, clock: () => new Date(), log: () => {} }, [
  handles(chore, async ({ n }) => {
    appendFileSync(runs, `${n} begins in ${process.pid}\n`)
    await Bun.sleep(n % 7)
    appendFileSync(runs, `${n} ends in ${process.pid}\n`)
    return {}
  }),
])
process.on('SIGTERM', async () => {
  await worker.stop()
  await db.close()
  process.exit(0)
})
console.log('ready')
