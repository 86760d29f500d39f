/** The statements alone, without HTTP, rules or signatures: `statements.ts DATABASE activate|generate …`; rows a second. */

import { seatIsTaken } from '../../../db/schema/licensing'
import { deviceAt, keyAt } from '../../../src/bench/stock'
import { connect } from '../../../src/database/connection'
import { sha256 } from '../../../src/kernel/secrets'

const [path, work, ...numbers] = process.argv.slice(2)
const [first = 0, second = 0] = numbers.map(Number)
const { raw, close } = connect(path!)
const run = `${process.pid}-${Date.now()}`

function activate(keys: number, seconds: number) {
  const find = raw.query<{ id: number }, [string, string]>(`
    select id, product_id, status, assigned_at, validity, activation_limit,
      (select status from products where products.id = licenses.product_id),
      (select activations.id from activations where activations.license_id = licenses.id
        and activations.identifier = ?2 and ${seatIsTaken})
    from licenses indexed by licenses_standing where license_key collate nocase = ?1 and license_key = ?1`)
  const count = raw.query(`select count(*) from activations where license_id = ? and ${seatIsTaken}`)
  const insert = raw.query(
    "insert into activations (license_id, identifier, ip, user_agent, activated_at) values (?, ?, '127.0.0.1', 'bench', ?)",
  )
  const last = raw.query<{ id: number; hash: string }, []>('select id, hash from audit_log order by id desc limit 1')
  const audit = raw.query(
    `insert into audit_log (id, at, actor, request_id, verb, subject, subject_id, after, hash)
     values (?, ?, 'api-key 1', ?, 'license.activated', 'license', ?, ?, ?)`,
  )
  const listeners = raw.query('select * from webhooks where active = 1')
  const group = raw.transaction((from: number) => {
    for (let i = 0; i < 64; i++) {
      const { id } = find.get(keyAt(Math.floor(Math.random() * keys)), `${deviceAt(i)}-${run}`)!
      count.get(id)
      const now = Date.now()
      const identifier = `unique-${run}-${from + i}`
      insert.run(id, identifier, now)
      const head = last.get()
      const after = JSON.stringify({ identifier, address: '127.0.0.1' })
      const row = [(head?.id ?? 0) + 1, now, `${run}-${from + i}`, String(id), after] as const
      audit.run(...row, sha256(JSON.stringify([head?.hash, ...row])))
      listeners.all()
    }
  })
  const startedAt = performance.now()
  let done = 0
  for (; performance.now() - startedAt < seconds * 1000; done += 64) group.immediate(done)
  return (done * 1000) / (performance.now() - startedAt)
}

function generate(rows: number) {
  const insert = raw.query(
    `insert into licenses (product_id, license_key, activation_limit, validity, status, generator_id, created_at, updated_at)
     values (1, ?, 1, 365, 'available', 1, ?, ?)`,
  )
  const keys = Array.from({ length: rows }, () => crypto.randomUUID())
  const now = Date.now()
  const startedAt = performance.now()
  raw
    .transaction(() => {
      for (const key of keys) insert.run(key, now, now)
    })
    .immediate()
  return (rows * 1000) / (performance.now() - startedAt)
}

console.log(work === 'activate' ? activate(first, second) : generate(first))
close()
