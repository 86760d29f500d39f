import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import { makeFolder } from '../../../src/bench/folder'
import { type Row, rate, reaches } from '../../../src/bench/report'
import { deviceAt, keyAt, ownerAt } from '../../../src/bench/stock'
import { binary, type Setting } from '../setting'

const columns = 'license_key,product,owner_name,owner_email,activation_limit,validity,assigned_at,status'
const linesAtOnce = 10_000

/** The table of licences with its indexes, as far as the file has their columns. */
const bareTable = `
  create table licenses (license_key text not null, product integer not null, owner_name text, owner_email text,
    activation_limit integer not null, validity integer not null, assigned_at text, status text not null);
  create unique index by_key on licenses (license_key);
  create index by_expiry on licenses (assigned_at + validity * 86400000) where status = 'assigned' and validity > 0;
  create index by_stock on licenses (product, status);
  create index by_status on licenses (status);
  create index by_email on licenses (lower(owner_email));
  create index by_name on licenses (lower(owner_name));
  create index by_standing on licenses (license_key collate nocase, product, status, assigned_at, validity, activation_limit);
  create index by_product on licenses (product);`

/** Row 8: licences from a file, against the `sqlite3` shell and the same file. */
export async function importRows({ size }: Setting): Promise<Row[]> {
  if (!Bun.which('sqlite3')) throw new Error('row 8 is measured against the sqlite3 shell: install it')
  const place = mkdtempSync(join((await makeFolder({ keys: 0, available: 0 })).path, 'import-'))
  const file = join(place, 'licenses.csv')
  await writeLines(file, size.many)
  const rounds = await interleaved(size.rounds, {
    ours: () => ours(file, size.many),
    theirs: () => theirs(place, file, size.many),
  })
  rmSync(join(place, '..'), { recursive: true })
  const ratio = ratioOf(rounds.ours, rounds.theirs)
  return [
    {
      work: `8. import of ${size.many.toLocaleString('en')} lines of CSV`,
      ours: rate(median(rounds.ours)),
      against: '.import of the sqlite3 shell',
      theirs: rate(median(rounds.theirs)),
      ratio,
      goal: '≥ 0.3',
      holds: reaches(ratio, { atLeast: 0.3 }),
      rounds,
    },
  ]
}

async function writeLines(file: string, lines: number) {
  writeFileSync(file, '')
  const sink = Bun.file(file).writer()
  sink.write(`${columns}\n`)
  for (let i = 0; i < lines; i++) {
    sink.write(`${keyAt(i)},1,Owner of ${deviceAt(i)},${ownerAt(i)},3,365,2026-01-01 12:00:00,assigned\n`)
    if (i % linesAtOnce === 0) await sink.flush()
  }
  await sink.end()
}

/** Lines a second into a folder that has the product alone. */
async function ours(file: string, lines: number) {
  const folder = await makeFolder({ keys: 0, available: 0 })
  const took = await timeOf([binary, 'import', file, '--yes', '--data-dir', folder.path])
  requireRows(join(folder.path, 'latchkey.db'), lines)
  folder.remove()
  return lines / took
}

async function theirs(place: string, file: string, lines: number) {
  const path = join(place, 'bare.db')
  const table = new Database(path, { create: true })
  table.run('pragma journal_mode = wal')
  table.run(bareTable)
  table.close()
  const took = await timeOf(['sqlite3', path, '.mode csv', `.import --skip 1 ${file} licenses`])
  requireRows(path, lines)
  rmSync(path)
  return lines / took
}

/** Seconds. */
async function timeOf(command: string[]) {
  const startedAt = performance.now()
  const child = Bun.spawn(command, { env: {}, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const said = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${command[0]} ended with ${child.exitCode}: ${said.join('')}`)
  return (performance.now() - startedAt) / 1000
}

function requireRows(path: string, lines: number) {
  const raw = new Database(path)
  const [[found]] = raw.query<[number], []>('select count(*) from licenses').values() as [[number]]
  raw.close()
  if (found !== lines) throw new Error(`${path} has ${found} licences instead of ${lines}`)
}
