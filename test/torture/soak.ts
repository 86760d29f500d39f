import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { requireAgreement, requireSound } from './holdings'
import { handles } from './hostile/bytes'
import type { Kind } from './kind'
import { gatherCrowd } from './load/crowd'
import { type Stage, setStage } from './stage'

const crowdSize = 12
const samplesInAll = 60
const growthMiBMax = 96
const handlesMoreMax = 40
const logMiBMax = 64
/** A quarter of a second: far beyond what a busy machine adds, far below what a leak of this kind would grow to. */
const latencyMsMax = 250
const latencyTimesMax = 5

interface Sample {
  residentMiB: number
  handles: number
  logMiB: number
  latencyMs: number
}

/** A mixed load for minutes: memory, handles, the log beside the database and the wait for an answer stay as they are. */
export const soak: Kind = async ({ report, chance, minutes }) => {
  const stage = await setStage(report, { env: { LATCHKEY_ALLOW_PRIVATE_WEBHOOKS: 'on' } })
  try {
    await stage.start()
    const crowd = await gatherCrowd({ stage, chance, report, size: crowdSize, keysOnShelf: 200 })
    const visit = crowd.come()
    const samples: Sample[] = []
    for (let i = 0; i < samplesInAll; i++) {
      await Bun.sleep((minutes * 60_000) / samplesInAll)
      samples.push(await sample(stage))
    }
    await visit.sendHome()
    await crowd.everythingDelivered()
    requireAgreement(stage, crowd.ledger, report)
    await requireSound(stage, report)
    requireFlat(samples, report)
    await crowd.leave()
    await stage.stop()
  } finally {
    await stage.remove()
  }
}

async function sample(stage: Stage): Promise<Sample> {
  const status = readFileSync(`/proc/${stage.server.pid}/status`, 'utf8')
  const startedAt = performance.now()
  await (await fetch(`${stage.url}/readyz`)).text()
  return {
    residentMiB: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1024,
    handles: handles(stage),
    logMiB: statSync(join(stage.folder, 'latchkey.db-wal')).size / 2 ** 20,
    latencyMs: performance.now() - startedAt,
  }
}

/** The first third warms up; the last third is held against the second, each by its median. */
function requireFlat(samples: readonly Sample[], report: Parameters<Kind>[0]['report']) {
  const third = samples.length / 3
  const middle = medians(samples.slice(third, 2 * third))
  const last = medians(samples.slice(2 * third))
  const evidence = { middle, last }
  if (last.residentMiB > middle.residentMiB + growthMiBMax) report.find('soak: memory stays flat', evidence)
  if (last.handles > middle.handles + handlesMoreMax) report.find('soak: handles stay flat', evidence)
  if (last.logMiB > logMiBMax) report.find('soak: the log beside the database stays small', evidence)
  const isSlower = last.latencyMs > Math.max(latencyMsMax, middle.latencyMs * latencyTimesMax)
  if (isSlower) report.find('soak: answers do not become slower', evidence)
  report.most('soak: memory at the end, MiB', last.residentMiB)
  report.most('soak: memory in the middle, MiB', middle.residentMiB)
  report.most('soak: handles at the end', last.handles)
  report.most('soak: log at the end, MiB', last.logMiB)
  report.most('soak: median wait at the end, ms', last.latencyMs)
}

function medians(samples: readonly Sample[]): Sample {
  const median = (name: keyof Sample) => samples.map((each) => each[name]).sort((a, b) => a - b)[samples.length >> 1]!
  return {
    residentMiB: median('residentMiB'),
    handles: median('handles'),
    logMiB: median('logMiB'),
    latencyMs: median('latencyMs'),
  }
}
