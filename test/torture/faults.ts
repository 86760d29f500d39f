import { flippedByte, tornLog } from './faults/damage'
import { diskFull, folderGone, readOnly } from './faults/disk'
import { noDescriptors, noMemory } from './faults/limits'
import type { Fault } from './faults/probe'
import { heldLock, jumpingClock, stopped } from './faults/time'
import type { Kind } from './kind'

const all: readonly Fault[] = [
  ...[diskFull, readOnly, folderGone, tornLog, flippedByte],
  ...[heldLock, noDescriptors, noMemory, jumpingClock, stopped],
]

const roundsPerFault = 50

/**
 * Lets things go wrong around the server. It must say so clearly, acknowledge nothing that is not kept, and recover
 * without a hand once the cause is gone. Each fault once, and again for every fifty rounds.
 */
export const faults: Kind = async (run) => {
  for (let time = 0; time < Math.ceil(run.rounds / roundsPerFault); time++) {
    for (const fault of all) {
      const obstacle = fault.obstacle?.()
      if (obstacle) {
        if (time === 0) run.report.leaveOut(fault.name, obstacle)
        continue
      }
      const rounds = Math.min(run.rounds, roundsPerFault)
      await fault.run({ ...run, rounds, chance: run.chance.fork(`${fault.name} ${time}`) })
      run.report.count('faults injected')
      run.report.say(`faults: ${fault.name}`)
    }
  }
}
