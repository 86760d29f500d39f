import type { Database } from 'bun:sqlite'
import { look } from '../holdings'

/** A row as the database holds it; null where there is none. */
export type Row = Record<string, unknown> | null

/** What lies in the folder, each row under a name of its own: `license KEY-1`, `user viewer`. */
export type State = ReadonlyMap<string, Row>

const queries: Record<string, string> = {
  license: 'select license_key as place, * from licenses',
  seat: `select license_key || ' ' || identifier as place, activations.* from activations
    join licenses on licenses.id = license_id where deactivated_at is null`,
  metadata: `select license_key || ' ' || key as place, license_meta.* from license_meta
    join licenses on licenses.id = license_id`,
  contract: 'select id as place, * from contracts',
  product: 'select id as place, * from products',
  'product metadata': 'select id as place, * from product_meta',
  generator: 'select id as place, * from generators',
  release: 'select id as place, * from releases',
  block: 'select id as place, * from blocklist',
  webhook: 'select id as place, * from webhooks',
  'API key': 'select id as place, * from api_keys',
  user: 'select name as place, * from users',
  token: `select users.name || ' ' || kind || ' ' || user_tokens.id as place, user_tokens.* from user_tokens
    join users on users.id = user_id`,
  setting: 'select name as place, * from settings',
  'signing key': 'select id as place, * from signing_keys',
}

/** What every use of a thing moves on. */
const volatile = ['place', 'updated_at', 'last_used_at', 'last_login_at', 'download_counter']

export const readState = (folder: string): State =>
  look(
    folder,
    (raw: Database) =>
      new Map(
        Object.entries(queries).flatMap(([kind, query]) =>
          (raw.query(query).all() as Record<string, unknown>[]).map((row): [string, Row] => [
            `${kind} ${row.place}`,
            Object.fromEntries(Object.entries(row).filter(([column]) => !volatile.includes(column))),
          ]),
        ),
      ),
  )

/** Who may change what: a place, and what it may become. */
export interface Permission {
  place: string | RegExp
  accepts: (after: Row) => boolean
}

/** The places that differ and that nobody was allowed to change so. */
export function unlawfulChanges(before: State, after: State, permissions: readonly Permission[]) {
  const places = new Set([...before.keys(), ...after.keys()])
  return [...places]
    .map((place) => ({ place, before: before.get(place) ?? null, after: after.get(place) ?? null }))
    .filter((change) => !Bun.deepEquals(change.before, change.after))
    .filter(
      ({ place, after }) =>
        !permissions.some(
          (each) =>
            (typeof each.place === 'string' ? each.place === place : each.place.test(place)) && each.accepts(after),
        ),
    )
}
