import { openClient } from './client'
import { fuzzBackups } from './hostile/backups'
import { fuzzBodies } from './hostile/bodies'
import { dawdle, type Honest, pipeline, sayWhatNobodyShould, sitIdle } from './hostile/bytes'
import { fuzzImports } from './hostile/imports'
import { fuzzParsers } from './hostile/parsers'
import type { Kind } from './kind'
import { makeProduct, require } from './load/shop'
import { setStage } from './stage'

/** Says to the server what no honest client says, on bare connections, in bodies and files, and to each of its parsers. */
export const hostile: Kind = async (run) => {
  const { report } = run
  const stage = await setStage(report)
  try {
    await stage.start()
    const ask = openClient(stage, report)
    const device = { license_key: 'HONEST', identifier: 'pc' }
    const terms = { product_id: await makeProduct(ask, 'honest'), activation_limit: 0, validity: 0, status: 'assigned' }
    require(await ask('create-license-keys', { ...terms, license_keys: ['HONEST'] }), 900)
    require(await ask('activate', device), 300)
    const honest: Honest = { device, isServed: async () => (await ask('verify', device))?.code === 200 }
    for (const part of [sayWhatNobodyShould, pipeline, dawdle, sitIdle]) {
      await part(stage, honest, run)
      report.say(`hostile: ${part.name}`)
    }
    await fuzzBodies(stage, run)
    if (!(await honest.isServed())) report.find('hostile bytes: honest clients are served')
    await stage.stop()
    await fuzzImports(stage, run)
    await fuzzBackups(stage, run)
  } finally {
    await stage.remove()
  }
  await fuzzParsers(run)
}
