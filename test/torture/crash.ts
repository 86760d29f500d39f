import type { Chance } from './chance'
import { requireAgreement, requireSound } from './holdings'
import type { Kind, Run } from './kind'
import { gatherCrowd } from './load/crowd'
import { type Stage, setStage } from './stage'

const roundsPerLife = 25
const crowdSize = 16

/**
 * Kills the server at random instants under a mixed load, and once in a while while it starts. After each restart the
 * ledger that was kept outside must agree with what lies in the folder. A life is a folder of its own.
 */
export const crash: Kind = async (run) => {
  for (let done = 0; done < run.rounds; done += roundsPerLife) {
    await live(run, run.chance.fork(`life ${done}`), Math.min(roundsPerLife, run.rounds - done))
    run.report.say(`crash: ${Math.min(done + roundsPerLife, run.rounds)} of ${run.rounds} rounds`)
  }
}

async function live({ report }: Run, chance: Chance, rounds: number) {
  const stage = await setStage(report, { env: { LATCHKEY_ALLOW_PRIVATE_WEBHOOKS: 'on' } })
  try {
    await stage.start()
    const crowd = await gatherCrowd({ stage, chance, report, size: crowdSize, keysOnShelf: rounds * 20 })
    for (let round = 0; round < rounds; round++) {
      const visit = crowd.come()
      await Bun.sleep(chance.between(20, 900))
      await stage.kill()
      await dieWhileStarting(stage, chance)
      await stage.start()
      await visit.sendHome()
      requireAgreement(stage, crowd.ledger, report)
      await requireSound(stage, report)
      report.count('crash rounds')
    }
    await crowd.everythingDelivered()
    requireAgreement(stage, crowd.ledger, report)
    await stage.stop()
    await crowd.leave()
  } finally {
    await stage.remove()
  }
}

/** A machine that has lost its power may lose it again before it is up. */
async function dieWhileStarting(stage: Stage, chance: Chance) {
  while (chance.happens(0.3)) {
    stage.launch()
    await Bun.sleep(chance.below(250))
    await stage.kill()
  }
}
