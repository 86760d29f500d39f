import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { look } from '../holdings'
import type { Run } from '../kind'
import type { Stage } from '../stage'
import { type Ended, endOf } from './command'
import { type ImportFile, importFiles } from './import-files'
import { requireProperty } from './property'

const runsPerRound = 2
/** For making a file that breaks something smaller. */
const msMax = 120_000

interface Counts {
  lines: number
  made: number
  already_there: number
  refused: number
  tables: Record<string, { made: number }>
}

/** Imports files that no honest program writes, first on trial, then in earnest. */
export async function fuzzImports(stage: Stage, run: Run) {
  const { report } = run
  const property = fc.asyncProperty(importFiles, async (file) => {
    const place = mkdtempSync(join(stage.folder, '..', 'import-'))
    try {
      report.count('inputs tried', 1 + (await carryIn(stage, file, place)))
    } finally {
      rmSync(place, { recursive: true })
    }
  })
  await requireProperty(run, 'hostile files: each is imported or refused, line by line', property, {
    perRound: runsPerRound,
    msPerRoundMax: msMax,
  })
  report.say('hostile: files to import')
}

/** How many lines the file has, as the import counts them. */
async function carryIn(stage: Stage, { name, bytes, options }: ImportFile, place: string): Promise<number> {
  const path = join(place, name)
  writeFileSync(path, bytes)
  const run = (...how: string[]) =>
    endOf(['import', path, '--data-dir', stage.folder, ...options, ...how, '--json'], place)
  const before = licensesIn(stage)
  const trial = await run('--dry-run')
  const foreseen = countsOf(trial)
  if (licensesIn(stage) !== before) throw new Error('a trial changed something')
  const done = await run('--yes')
  const counts = countsOf(done)
  if (licensesIn(stage) - before !== (counts?.tables.licenses?.made ?? 0))
    throw new Error(`it made ${licensesIn(stage) - before} licences and said: ${done.out.slice(0, 1000)}`)
  if (!Bun.deepEquals(foreseen, counts))
    throw new Error(`the trial foresaw ${trial.out}${trial.err}, and it came to ${done.out}${done.err}`)
  const left = readdirSync(stage.folder).filter((file) => file.startsWith('dry run'))
  if (left.length) throw new Error(`the trial left ${left}`)
  return counts?.lines ?? 0
}

/** What an import counted, where it came to that; throws when it ended badly or counted wrongly. */
function countsOf({ flaw, exitCode, json }: Ended): Counts | undefined {
  if (flaw) throw new Error(flaw)
  if (!json) return undefined
  const { lines, made, already_there, refused, tables } = json
  if (made + already_there + refused !== lines) throw new Error(`the lines do not add up: ${JSON.stringify(json)}`)
  if ((exitCode === 0) !== (refused === 0))
    throw new Error(`${refused} lines are refused, and it ended with ${exitCode}`)
  return { lines, made, already_there, refused, tables }
}

const licensesIn = ({ folder }: Stage) =>
  look(folder, (raw) => (raw.query('select count(*) as count from licenses').get() as { count: number }).count)
