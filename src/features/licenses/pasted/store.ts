import type { License } from '../../../../db/schema/licensing'
import type { Queryable } from '../../../database/connection'
import { selectOne } from '../../../database/statements'
import { findLicense, findSeat, type Seat } from '../store'
import { licenseKeyForms } from './forms'

const inAnyCase = `
  select min(license_key) as first, max(license_key) as last
  from licenses indexed by licenses_standing where license_key collate nocase = ?1`

/**
 * The key that a pasted text means, as it is stored; undefined where no licence fits or several do. To be asked only
 * when the text itself is no key.
 */
function findPastedKey(db: Queryable, text: string): string | undefined {
  const keys = new Set<string>()
  for (const form of licenseKeyForms(text)) {
    const { first, last } = selectOne<{ first: string | null; last: string | null }>(db, inAnyCase, form)!
    if (first !== null && last !== null) keys.add(first).add(last)
  }
  const [key, ...others] = keys
  return others.length ? undefined : key
}

/** As `findSeat` finds it, for a text that is no key itself. */
export async function findPastedSeat(db: Queryable, text: string, identifier: string): Promise<Seat | undefined> {
  const key = findPastedKey(db, text)
  return key === undefined ? undefined : findSeat(db, key, identifier)
}

/** As `findLicense` finds it, for a text that is no key itself. */
export async function findPastedLicense(db: Queryable, text: string): Promise<License | undefined> {
  const key = findPastedKey(db, text)
  return key === undefined ? undefined : findLicense(db, key)
}
