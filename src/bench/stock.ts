import { connect } from '../database/connection'
import { dayMs } from '../kernel/durations'

/** How much a folder for measuring holds. */
export interface Stock {
  /** Assigned licences of product 1, each with one seat taken by a device that has asked before. */
  keys: number
  /** Available licences of product 2. */
  available: number
}

// Odd, so that numbers of 32 bits are only put in another order: neighbours in the table are none in the index.
const scrambler = 2_654_435_761

/** The licence key of a number below two million; product 2 has other letters. */
export function keyAt(i: number, letters = 'BENC-HKEY') {
  const scrambled = ((i * scrambler) % 2 ** 32).toString(16).toUpperCase().padStart(8, '0')
  return `${scrambled.slice(0, 4)}-${scrambled.slice(4)}-${letters}`
}

export const deviceAt = (i: number) => `device-${String(i).padStart(7, '0')}`
export const ownerAt = (i: number) => `owner-${String(i).padStart(7, '0')}@example.com`

/** Fills a new, closed database: two products, each with a generator, and the stock, all in one transaction. */
export function fillStock(path: string, { keys, available }: Stock, now: Date) {
  const { raw, close } = connect(path)
  raw.run('pragma synchronous = off')
  raw.run('pragma cache_size = -1000000')
  const at = now.getTime()
  const product = raw.query(
    `insert into products (id, uuid, source, name, description, status, require_non_expired, created_at, updated_at)
     values (?, ?, 'internal', ?, '', 'active', 0, ?, ?)`,
  )
  const generator = raw.query(
    `insert into generators (product_id, method, number_of_chunks, chunk_length, activation_limit, validity, status,
       created_at, updated_at) values (?, 'chunk-system', 4, 5, 0, 0, 1, ?, ?)`,
  )
  const license = raw.query(
    `insert into licenses (product_id, license_key, owner_name, owner_email, activation_limit, validity, assigned_at,
       status, created_at, updated_at) values (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
  )
  const activation = raw.query(
    `insert into activations (license_id, identifier, ip, user_agent, activated_at) values (?, ?, '192.0.2.1', 'bench', ?)`,
  )
  raw.transaction(() => {
    for (const id of [1, 2]) {
      product.run(id, `00000000-0000-4000-8000-00000000000${id}`, `Bench ${id}`, at, at)
      generator.run(id, at, at)
    }
    for (let i = 0; i < keys; i++) {
      const assignedAt = at - (i % 300) * dayMs
      license.run(1, keyAt(i), `Owner ${i}`, ownerAt(i), 365, assignedAt, 'assigned', assignedAt, assignedAt)
      activation.run(i + 1, deviceAt(i), assignedAt)
    }
    for (let i = 0; i < available; i++)
      license.run(2, keyAt(i, 'SPAR-EKEY'), null, null, 365, null, 'available', at, at)
    raw.run('insert into activation_sightings (activation_id, last_verified_at) select id, ? from activations', [
      at - dayMs,
    ])
  })()
  raw.run('analyze')
  close()
}
