import type { License } from '../../db/schema/licensing'
import type { Page, Wanted } from '../database/page'
import { listLicensePage } from '../features/desk/license-page'
import { soughtPart } from '../features/desk/search'
import { requireLicense } from '../features/licenses/operator'
import { findLicense } from '../features/licenses/service'
import { Sorry } from '../kernel/sorry'
import { runAside } from '../upkeep/aside'
import type { ListedLicense } from './license-lines'
import type { Desk } from './operation'

/**
 * A page of the licences that a text is a part of. All of them are looked through, so a server has it done aside: no
 * request waits for it.
 */
export async function searchLicenses(
  { db, now, folder, isServer }: Desk,
  { text }: { text: string },
  { sort, limit, after }: Wanted,
): Promise<Page<ListedLicense>> {
  if (!isServer) return listLicensePage(db.read, { text }, { sort, limit, after, now })
  const sought = soughtPart(text)
  const options = [`--sort=${sort}`, `--limit=${limit}`, ...(after === undefined ? [] : [`--after=${after}`])]
  const { value } = await runAside(folder, ['license', 'search', sought, ...options])
  return { rows: value.licenses, next: value.next }
}

const mostMeant = 5

/** The licence of that key, or the only one that it is a part of. */
export async function findMeantLicense(desk: Desk, reference: string): Promise<License> {
  const exact = await findLicense(desk.db.read, reference)
  if (exact) return exact
  const { rows, next } = await searchLicenses(desk, { text: reference }, { sort: 'id', limit: mostMeant })
  if (rows.length === 1) return requireLicense(desk.db.read, rows[0]!.license_key)
  if (!rows.length) return requireLicense(desk.db.read, reference)
  const keys = rows.map(({ license_key }) => `"${license_key}"`).join(', ')
  const others = next === null ? '' : ' or another'
  throw new Sorry(`there is no licence key "${reference}": did you mean ${keys}${others}?`, 'missing')
}
