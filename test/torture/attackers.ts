import { attack } from './attackers/round'
import { openTarget, type Target } from './attackers/target'
import { requireSound } from './holdings'
import type { Kind, Run } from './kind'

const roundsPerServer = 20
const roundsWhenQuick = 2

/**
 * Lets those who hold a little try for more, all at once and at random: holders of each preset of API keys, a reseller
 * with one contract key, a customer with one licence, users of each role, strangers. Nobody may see or change what is
 * not theirs, and an honest client beside them is served as ever.
 */
export const attackers: Kind = async (run) => {
  const { report, round } = run
  const waits: number[] = []
  const rounds =
    round === undefined ? Array.from({ length: run.isQuick ? roundsWhenQuick : run.rounds }, (_, i) => i + 1) : [round]
  for (let done = 0; done < rounds.length; done += roundsPerServer) {
    const some = rounds.slice(done, done + roundsPerServer)
    waits.push(...(await besiege(run, some)))
    report.say(`attackers: ${done + some.length} of ${rounds.length} rounds`)
  }
  reportWaits(run, waits)
}

async function besiege(run: Run, rounds: readonly number[]): Promise<number[]> {
  const { report } = run
  const target: Target = await openTarget(report)
  const waits: number[] = []
  try {
    for (const round of rounds) waits.push(...(await attack(run, target, round)))
    await requireSound(target.stage, report)
    await target.stage.stop()
  } finally {
    await target.close()
  }
  return waits
}

function reportWaits({ report }: Run, waits: number[]) {
  const sorted = waits.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
  report.count('answers to the honest client', sorted.length)
  report.most('attackers: median wait of the honest client, ms', at(0.5))
  report.most('attackers: its 99th percentile, ms', at(0.99))
}
