import type { Writable } from '../database/connection'
import { execute } from '../database/statements'

const productInsertion = `insert into products
  (id, uuid, source, name, description, status, require_non_expired, created_at, updated_at)
  values (?, ?, 'internal', ?, '', 'active', 0, ?, ?)`
const generatorInsertion = `insert into generators
  (product_id, method, number_of_chunks, chunk_length, activation_limit, validity, status, created_at, updated_at)
  values (?, 'chunk-system', 4, 5, 0, 0, 1, ?, ?)`
const licenseInsertion = `insert into licenses
  (id, product_id, license_key, owner_name, owner_email, activation_limit, validity, assigned_at, status,
   created_at, updated_at) values (?, ?, ?, ?, ?, 0, 365, ?, ?, ?, ?)`
const activationInsertion = `insert into activations (license_id, identifier, ip, user_agent, activated_at)
  values (?, ?, '192.0.2.1', 'bench', ?)`

export async function insertBenchProduct(tx: Writable, id: number, at: number) {
  await execute(tx, productInsertion, id, `00000000-0000-4000-8000-00000000000${id}`, `Bench ${id}`, at, at)
  await execute(tx, generatorInsertion, id, at, at)
}

/** An assigned licence of product 1, and the device that holds its seat. */
export interface AssignedDraft {
  id: number
  key: string
  ownerName: string
  ownerEmail: string
  device: string
}

export async function insertAssigned(
  tx: Writable,
  { id, key, ownerName, ownerEmail, device }: AssignedDraft,
  at: number,
) {
  await execute(tx, licenseInsertion, id, 1, key, ownerName, ownerEmail, at, 'assigned', at, at)
  await execute(tx, activationInsertion, id, device, at)
}

export async function insertAvailable(tx: Writable, key: string, at: number) {
  await execute(tx, licenseInsertion, null, 2, key, null, null, null, 'available', at, at)
}

/** Records for every device that it called `verify` at that moment. */
export async function insertSightings(tx: Writable, at: number) {
  await execute(
    tx,
    'insert into activation_sightings (activation_id, last_verified_at) select id, ? from activations',
    at,
  )
}
