import type { Database } from 'bun:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { testServer } from '../support/databases'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { makeActiveLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'

const dayMs = 24 * 3_600_000

let installation: TestInstallation
beforeEach(async () => {
  installation = await startInstallation({ keep_telemetry: '90', keep_jobs: '0' })
})
afterEach(() => installation.close())

function raw<T>(work: (db: Database) => T): T {
  const db = openRaw(installation.folder)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

const countOf = (table: string) =>
  raw((db) => db.query<{ rows: number }, []>(`select count(*) as rows from ${table}`).get()!.rows)

/** Rows of each kind that piles up, so many days old. */
function fill(days: number, rows: number) {
  const at = installation.now().getTime() - days * dayMs
  const [one, many] = [String(at), `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows})`]
  raw((db) => {
    db.run(`${many} insert into calls (at, request_id, route, code, address, duration_ms)
      select ${one} + i, 'r', 'POST /api/v1/verify', '200', '', 1 from n`)
    db.run(`${many} insert into deliveries (message_id, kind, event, url, content, state, created_at)
      select 'm', 'order', 'e', 'u', '{}', case when i % 10 <> 0 then 'success' else 'pending' end, ${one} + i from n`)
    db.run(`insert into delivery_attempts (delivery_id, attempt, at, duration_ms)
      select id, 1, created_at, 1 from deliveries where created_at between ${one} and ${one} + ${rows}`)
    db.run(`${many} insert into jobs (kind, payload, state, run_at, created_at, finished_at)
      select 'x', '{}', 'done', ${one}, ${one}, ${one} from n`)
    db.run(`${many} insert into telemetry (is_correct_format, license_key_exists, product_exists,
      product_version_exists, has_red_flags, created_at) select 1, 1, 1, 1, 0, ${one} + i from n`)
  })
}

const run = async (...args: string[]) => {
  const { json } = await installation.cli('retention', 'run', ...args, '--json')
  return Object.fromEntries(
    json.removed.map(({ what, rows }: { what: string; rows: number }) => [what, rows]),
  ) as Record<string, number>
}

const piles = ['calls', 'deliveries', 'delivery_attempts', 'telemetry'] as const
const counts = () => Object.fromEntries(piles.map((table) => [table, countOf(table)]))

describe('what piles up', () => {
  test('is counted for a trial and removed when it is older than it is kept, but never what still waits', async () => {
    fill(40, 1000)
    fill(10, 100)
    const before = counts()
    const trial = await run('--dry-run')
    expect(trial).toMatchObject({ calls: 1000, deliveries: 900, telemetry: 0 })
    expect(trial).not.toHaveProperty('jobs')
    expect(counts()).toEqual(before)
    expect(await run()).toEqual(trial)
    expect(counts()).toEqual({ calls: 100, deliveries: 200, delivery_attempts: 200, telemetry: 1100 })
    expect(await run('--dry-run')).toMatchObject({ calls: 0, deliveries: 0 })
  })

  test('leaves a row in the audit log of what was removed', async () => {
    fill(40, 3)
    await run()
    const entries = raw((db) =>
      db
        .query<{ subject_id: string; after: string }, []>("select * from audit_log where verb = 'retention.removed'")
        .all(),
    )
    expect(entries.map(({ subject_id, after }) => [subject_id, JSON.parse(after).rows])).toEqual([
      ['calls', 3],
      ['deliveries', 3],
    ])
  })

  test('goes by itself in the night, and the database is tidied', async () => {
    await makeProduct(installation)
    fill(40, 10)
    await until('the first look of the server', () =>
      raw((db) => db.query("select 1 from installation where key = 'last_upkeep'").get()),
    )
    await installation.advance(2 * dayMs)
    // The call that made the product is recorded some time within this test, and stays.
    await until('the night', () => raw((db) => !db.query("select 1 from calls where request_id = 'r'").get()))
    const statistics = testServer
      ? "select 1 as done from pg_stat_user_tables where relname = 'licenses' and last_analyze is not null"
      : "select 1 from sqlite_master where name = 'sqlite_stat1'"
    await until('its end', () => raw((db) => db.query(statistics).get()))
  }, 60_000)
})

describe('what the settings do not name', () => {
  test('goes too where several columns name a row, and many rows are of one moment', async () => {
    const [old, recent] = [6 * 365, 0].map((days) => installation.now().getTime() - days * dayMs)
    raw((db) => {
      const many = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 250)'
      for (const at of [old, recent]) {
        db.run(`${many} insert into call_counts (hour, endpoint, code, product_id, api_key_id, calls)
          select ${at}, 'verify', i, i % 3, 1, 1 from n`)
        db.run(`${many} insert into idempotency_keys (api_key_id, endpoint, key, request_hash, answer, created_at)
          select 1, 'assign', ${at} || '-' || i, 'h', '{}', ${at} from n`)
      }
      const today = testServer
        ? "to_char(now() at time zone 'utc' - (i + 300) * interval '1 day', 'YYYY-MM-DD')"
        : "date('now', '-' || (i + 300) || ' days')"
      db.run(`${many} insert into signing_key_uses (key_id, day) select id, ${today} from n, signing_keys`)
    })
    const expected = { call_counts: 250, idempotency_keys: 250 }
    const trial = await run('--dry-run')
    expect(trial).toMatchObject(expected)
    expect(trial.signing_key_uses).toBeWithin(184, 187)
    expect(await run()).toEqual(trial)
    expect([countOf('call_counts'), countOf('idempotency_keys')]).toEqual([250, 250])
    expect(countOf('signing_key_uses')).toBe(250 - trial.signing_key_uses!)
    expect(await run('--dry-run')).toMatchObject({ call_counts: 0, idempotency_keys: 0, signing_key_uses: 0 })
  })

  test('goes too: a session or token a month after its end, a count of key uses after a year', async () => {
    await installation.cli('user', 'create', '--name', 'ada', '--role', 'viewer')
    const make = async (name: string) =>
      (await installation.cli('user', 'tokens', 'create', 'ada', '--name', name, '--json')).json.id as number
    const [ended, kept] = [await make('ended'), await make('kept')]
    await installation.cli('user', 'tokens', 'revoke', 'ada', String(ended))
    raw((db) => {
      for (const days of [400, 300]) {
        const day = new Date(installation.now().getTime() - days * dayMs).toISOString().slice(0, 10)
        db.run('insert into signing_key_uses (key_id, day) select id, ? from signing_keys', [day])
      }
    })
    expect(await run('--dry-run')).toMatchObject({ user_tokens: 0, signing_key_uses: 1 })
    raw((db) => db.run('update user_tokens set revoked_at = revoked_at - ? where id = ?', [31 * dayMs, ended]))
    expect(await run()).toMatchObject({ user_tokens: 1, signing_key_uses: 1 })
    expect(raw((db) => db.query('select id from user_tokens').all())).toEqual([{ id: kept }])
    expect(countOf('signing_key_uses')).toBe(1)
  })
})

describe('seats that were freed', () => {
  test('go a year later; seats that are taken stay', async () => {
    const product_id = await makeProduct(installation)
    const license_key = await makeActiveLicense(installation, { product_id }, 'taken')
    raw((db) => {
      for (const days of [400, 300])
        db.run(
          `insert into activations (license_id, identifier, activated_at, deactivated_at)
            select id, ?1, ?2, ?2 from licenses where license_key = ?3`,
          [`freed ${days}`, installation.now().getTime() - days * dayMs, license_key],
        )
      db.run("update activations set activated_at = 1 where identifier = 'taken'")
    })
    expect(await run('--dry-run')).toMatchObject({ freed_seats: 1 })
    expect(await run()).toMatchObject({ freed_seats: 1 })
    const left = raw((db) =>
      db.query<{ identifier: string }, []>('select identifier from activations order by id').all(),
    )
    expect(left.map(({ identifier }) => identifier)).toEqual(['taken', 'freed 300'])
  })
})

describe('jobs that are over', () => {
  test('are kept as long as keep_jobs says, whatever state they ended in', async () => {
    await installation.close()
    installation = await startInstallation({ keep_jobs: '7' })
    fill(8, 600)
    fill(6, 5)
    raw((db) => db.run("update jobs set state = 'dead' where id % 2 = 1 and finished_at is not null"))
    expect((await run()).jobs).toBe(600)
    expect(raw((db) => db.query("select count(*) as rows from jobs where kind = 'x'").get())).toEqual({ rows: 5 })
  })
})
