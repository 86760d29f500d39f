import { openClient } from './client'
import { requireSound } from './holdings'
import type { Kind } from './kind'
import * as against from './races/against'
import type { Arena, Race } from './races/arena'
import * as last from './races/last'
import { setStage } from './stage'

const all: readonly Race[] = [...Object.values(last), ...Object.values(against)]

const clients = { quick: 100, full: 300 }
const roundsPerRace = 10

/** Lets hundreds of clients run for what few can have, each race once for every ten rounds. */
export const races: Kind = async ({ report, chance, rounds, isQuick }) => {
  const stage = await setStage(report)
  let numbers = 0
  try {
    await stage.start()
    const ask = openClient(stage, report)
    for (let time = 0; time < Math.ceil(rounds / roundsPerRace); time++) {
      for (const race of all) {
        const arena: Arena = {
          ...{ stage, ask, report, size: clients[isQuick ? 'quick' : 'full'] },
          chance: chance.fork(`${race.name} ${time}`),
          fresh: () => ++numbers,
        }
        await race.run(arena)
        report.count('races run')
      }
      await requireSound(stage, report)
      report.say(`races: ${all.length} races, time ${time + 1}`)
    }
    await stage.stop()
  } finally {
    await stage.remove()
  }
}
