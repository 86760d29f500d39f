import { parseArgs } from 'node:util'
import { binary } from '../support/installation'
import { attackers } from './attackers'
import { openChance } from './chance'
import { crash } from './crash'
import { faults } from './faults'
import { hostile } from './hostile'
import type { Kind } from './kind'
import { model } from './model'
import { races } from './races'
import { receivers } from './receivers'
import { openReport } from './report'
import { soak } from './soak'

const kinds: Record<string, Kind> = { crash, faults, races, receivers, hostile, attackers, model, soak }

const usage = `npm run torture -- [options]

Tortures the compiled server and says what it did and what it found; exit 1 when it found anything.

  --rounds <n>     how often to try: kills, races, call sequences, … (default 20)
  --minutes <n>    how long the soak lasts (default 2)
  --only <kinds>   ${Object.keys(kinds).join(',')}
  --seed <text>    repeats the choices of an earlier run
  --round <n>      that round alone, where a finding names one
  --quick          all of it in two minutes`

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string' },
      minutes: { type: 'string' },
      only: { type: 'string' },
      seed: { type: 'string' },
      round: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  const { quick, seed = String(Math.floor(Math.random() * 1e9)) } = values
  const only = values.only?.split(',') ?? Object.keys(kinds)
  const unknown = only.find((name) => !(name in kinds))
  if (unknown !== undefined) throw new Error(`--only: there is no kind "${unknown}"`)
  return {
    ...{ seed, only, isQuick: quick },
    round: values.round === undefined ? undefined : positive('--round', values.round),
    rounds: positive('--rounds', values.rounds ?? (quick ? '8' : '20')),
    minutes: positive('--minutes', values.minutes ?? (quick ? '0.15' : '2')),
  }
}

function positive(name: string, text: string) {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`${name} is "${text}", but it takes a number above 0`)
  return value
}

async function torture({ seed, only, ...scale }: ReturnType<typeof readOptions>): Promise<number> {
  const report = openReport(console.log)
  report.say(`seed ${seed}: ${only.join(', ')}`)
  for (const name of only) {
    const before = report.findings.length
    try {
      await kinds[name]!({ report, chance: openChance(`${seed}/${name}`), seed, ...scale })
    } catch (fault) {
      report.find(`${name} goes through to its end`, fault)
    }
    const found = report.findings.length - before
    report.say(found ? `${name}: ${found} findings; again: --only ${name} --seed ${seed}` : `${name}: nothing found`)
  }
  const { figures, findings, leftOut } = report
  for (const [figure, value] of Object.entries(figures)) console.log(`${String(value).padStart(9)}  ${figure}`)
  console.log(JSON.stringify({ seed, kinds: only, ...scale, figures, findings, leftOut }))
  return findings.length ? 1 : 0
}

if (!binary) throw new Error('LATCHKEY_BINARY must name the compiled server')
let options: ReturnType<typeof readOptions>
try {
  options = readOptions()
} catch (fault) {
  console.error(`${(fault as Error).message}\n\n${usage}`)
  process.exit(2)
}
process.exit(await torture(options))
