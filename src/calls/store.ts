import { sql } from 'drizzle-orm'
import type { Queryable } from '../database/connection'
import { sha256 } from '../kernel/secrets'

/** One call and what was said to it; the licence key in clear, which is never written. */
export interface AnsweredCall {
  at: number
  requestId: string
  route: string
  code: string
  apiKeyId: number | null
  address: string
  licenseKey: string | null
  identifier: string | null
  durationMs: number
}

const shownCharacters = 4

/** A licence key as it may be read by anybody: its first four characters. */
export const maskedKey = (licenseKey: string) => `${licenseKey.slice(0, shownCharacters)}…`

/** Writes calls down in one statement; of a licence key its SHA-256, to find it by, and what may be shown. */
export async function insertCalls(tx: Queryable, calls: readonly AnsweredCall[]) {
  const rows = calls.map(({ licenseKey, ...call }) => [
    call.at,
    call.requestId,
    call.route,
    call.code,
    call.apiKeyId,
    call.address,
    licenseKey && sha256(licenseKey),
    licenseKey && maskedKey(licenseKey),
    call.identifier,
    call.durationMs,
  ])
  await tx.run(sql`
    insert into calls (at, request_id, route, code, api_key_id, address, license_hash, masked_key, identifier, duration_ms)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
      value ->> 8, value ->> 9
    from json_each(${JSON.stringify(rows)})`)
}
