import type { Database } from 'bun:sqlite'
import { openRaw } from '../support/raw'
import type { Ledger } from './ledger'
import type { Report } from './report'
import type { Stage } from './stage'

/** What lies in the data folder, in the ledger's words. */
const contents = `
  select 'license ' || license_key as place, 'present' as content from licenses
  union all select 'product ' || name, 'present' from products
  union all select 'seat ' || license_key || ' ' || identifier, 'taken'
    from activations join licenses on licenses.id = license_id where deactivated_at is null
  union all select 'meta ' || license_key || ' ' || key, value
    from license_meta join licenses on licenses.id = license_id`

/** What must never be, whatever was asked for: each finds the rows that break it. */
const invariants: Record<string, string> = {
  'the database is whole': "select * from pragma_integrity_check where integrity_check <> 'ok'",
  'every reference leads somewhere': 'select * from pragma_foreign_key_check',
  'no licence has more devices than seats': `
    select license_key, activation_limit, count(*) as seats from licenses join activations on license_id = licenses.id
    where deactivated_at is null and activation_limit > 0 group by licenses.id having seats > activation_limit`,
  'no contract has more keys than its quota': `
    select contract_key, license_keys_quantity, count(*) as keys from contracts
    join licenses on contract_id = contracts.id group by contracts.id having keys > license_keys_quantity`,
  'an assigned key has the hour of its assignment': `
    select license_key from licenses where status = 'assigned' and assigned_at is null`,
}

/** Reads the data folder beside the server. */
export function look<T>(folder: string, read: (raw: Database) => T): T {
  const raw = openRaw(folder, { readonly: true })
  try {
    raw.run('pragma busy_timeout = 10000')
    return raw.transaction(() => read(raw))()
  } finally {
    raw.close()
  }
}

/** Holds the data folder against what must never be. */
export async function requireSound(stage: Stage, report: Report) {
  look(stage.folder, (raw) => {
    for (const [promise, query] of Object.entries(invariants)) {
      const broken = raw.query(query).all()
      if (broken.length) report.find(promise, broken.slice(0, 3))
    }
  })
  await askDoctor(stage, report)
}

interface Check {
  name: string
  ok: boolean
}

/** What is wrong with these is the torturer's own doing: a small disk, a clock that was ahead, no backup. */
const ofSurroundings = ['disk', 'clock', 'backup']

let hasDoctor: Promise<boolean> | undefined

/** The program's own examination, where this version has one. */
async function askDoctor(stage: Stage, report: Report) {
  hasDoctor ??= stage.cli('--help').then(({ out }) => /^ {2}doctor\b/m.test(out))
  if (!(await hasDoctor)) return
  const { out, err } = await stage.cli('doctor', '--json')
  report.count('examinations by the doctor')
  const checks: Check[] | undefined = out ? JSON.parse(out).checks : undefined
  const failed = checks?.filter(({ ok, name }) => !ok && !ofSurroundings.includes(name))
  if (!failed || failed.length) report.find('the doctor finds nothing', failed ?? err)
}

/** Holds the data folder against the ledger. Nobody may be changing anything meanwhile but the worker. */
export function requireAgreement(stage: Stage, ledger: Ledger, report: Report) {
  const { held, owned } = look(stage.folder, (raw) => ({
    held: new Map(raw.query<[string, string], []>(contents).values() as [string, string][]),
    owned: raw
      .query<{ license_key: string; owner_email: string }, []>(
        'select license_key, owner_email from licenses where owner_email is not null order by id',
      )
      .all(),
  }))
  for (const [place, possible] of ledger.places) {
    const content = held.get(place) ?? null
    if (!possible.has(content))
      report.find('what was acknowledged is kept', { place, possible: [...possible], content })
  }
  const ownerOf = new Map(owned.map(({ license_key, owner_email }) => [license_key, owner_email]))
  for (const [key, owner] of ledger.owners) {
    if (ownerOf.get(key) !== owner)
      report.find('what was acknowledged is kept', { key, owner, found: ownerOf.get(key) })
  }
  const keysOf = Map.groupBy(owned, ({ owner_email }) => owner_email)
  for (const [owner, order] of ledger.orders) {
    const { quantity, keys, isQueued } = order
    const count = keysOf.get(owner)?.length ?? 0
    // A queued one may still be waiting for the worker.
    const isWaiting = isQueued && !keys && count === 0
    if (count !== quantity && !isWaiting) report.find('an order is fulfilled once', { owner, ...order, count })
  }
  report.count('places compared', ledger.places.size + ledger.owners.size + ledger.orders.size)
}
