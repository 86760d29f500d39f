import type { License } from '../../../../db/schema/licensing'
import type { Queryable } from '../../../database/connection'
import { selectOne } from '../../../database/statements'
import { findLicense, findSeat, type Seat } from '../store'
import { licenseKeyForms } from './forms'

const inAnyCase = `
  select min(license_key) as first, max(license_key) as last
  from licenses indexed by licenses_standing where license_key collate nocase = ?1`

/**
 * The stored key that a pasted text means; undefined if no licence fits, or several do. Call it only when the text
 * itself is not a key.
 */
async function findPastedKey(db: Queryable, text: string): Promise<string | undefined> {
  const keys = new Set<string>()
  for (const form of licenseKeyForms(text)) {
    const { first, last } = (await selectOne<{ first: string | null; last: string | null }>(db, inAnyCase, form))!
    if (first !== null && last !== null) keys.add(first).add(last)
  }
  const [key, ...others] = keys
  return others.length ? undefined : key
}

/** Like `findSeat`, for a text that is not itself a key. */
export async function findPastedSeat(db: Queryable, text: string, identifier: string): Promise<Seat | undefined> {
  const key = await findPastedKey(db, text)
  return key === undefined ? undefined : findSeat(db, key, identifier)
}

/** Like `findLicense`, for a text that is not itself a key. */
export async function findPastedLicense(db: Queryable, text: string): Promise<License | undefined> {
  const key = await findPastedKey(db, text)
  return key === undefined ? undefined : findLicense(db, key)
}
