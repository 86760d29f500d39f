/**
 * Measures Latchkey side by side with what it can be compared with: `npm run bench -- --help`. Never part of the tests:
 * it says how fast this machine is, not whether the program is right.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine, type Row, tableOf } from '../../src/bench/report'
import { besideRows } from './rows/beside'
import { hostileRows } from './rows/hostile'
import { importRows } from './rows/import'
import { listRows } from './rows/lists'
import { operatorListRows } from './rows/operator-lists'
import { memoryRows, startRows } from './rows/process'
import { signingEachRows } from './rows/signing-each'
import { uniqueAnswerRows } from './rows/unique-answers'
import { verifyRows } from './rows/verify'
import { writeRows } from './rows/writes'
import { bareBinary, makeSetting, root, type Setting } from './setting'

/** What can be measured, by the numbers of the lines it gives; the last adds to the stock. */
const parts: [string, (setting: Setting) => Promise<Row[]>][] = [
  ['1,3', verifyRows],
  ['2', signingEachRows],
  ['4', uniqueAnswerRows],
  ['5,6,7', writeRows],
  ['8', importRows],
  ['9', listRows],
  ['14', operatorListRows],
  ['10', startRows],
  ['11', memoryRows],
  ['13', hostileRows],
  ['12', besideRows],
]

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1,2,3,4,5,6,7,8,9,10,11,12,13,14' },
    keys: { type: 'string', default: '1000000' },
    few: { type: 'string', default: '10000' },
    available: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    verifies: { type: 'string', default: '10000000' },
    json: { type: 'string', default: join(root, 'dist/bench.json') },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(`npm run bench -- [options]
  --rows 1,3       which lines of the table (default: all)
  --keys N         licences of the large stock (default: 1000000)
  --few N          licences of the small stock (default: 10000)
  --available N    keys to be assigned (default: 100000)
  --rounds N       rounds, interleaved; their median counts (default: 5)
  --seconds N      length of a round (default: 3)
  --verifies N     requests of the memory line (default: 10000000)
  --json FILE      where every round is written (default: dist/bench.json)`)
  process.exit(0)
}

await Bun.build({
  entrypoints: [join(root, 'test/bench/against/bare.ts')],
  target: 'bun',
  format: 'esm',
  bytecode: true,
  minify: { whitespace: true, syntax: true, identifiers: false },
  define: { 'process.env.NODE_ENV': '"production"' },
  compile: { outfile: bareBinary },
})

const number = (name: 'keys' | 'few' | 'available' | 'rounds' | 'seconds' | 'verifies') => Number(values[name])
const size = {
  many: number('keys'),
  few: number('few'),
  available: number('available'),
  rounds: number('rounds'),
  seconds: number('seconds'),
  verifies: number('verifies'),
}
const wanted = new Set(values.rows.split(','))
const setting = await makeSetting(size)
const rows: Row[] = []
for (const [numbers, measure] of parts) {
  if (!numbers.split(',').some((each) => wanted.has(each))) continue
  console.error(`measuring ${numbers} …`)
  rows.push(...(await measure(setting)))
}
setting.many.remove()
setting.few.remove()

rows.sort((a, b) => Number.parseInt(a.work, 10) - Number.parseInt(b.work, 10))

const conditions = {
  ...machine(),
  date: new Date().toISOString().slice(0, 10),
  load: setting.load.name,
  ...size,
}
console.log(
  `${tableOf(rows).join('\n')}\n\n${Object.entries(conditions)
    .map((pair) => pair.join(' '))
    .join(', ')}`,
)
mkdirSync(join(values.json, '..'), { recursive: true })
writeFileSync(values.json, `${JSON.stringify({ conditions, rows }, null, 2)}\n`)
