import type { Static } from '@sinclair/typebox'
import type { User } from '../../../db/schema/access'
import type { License } from '../../../db/schema/licensing'
import { listEntriesOf, listEntriesWithVerb } from '../../audit/history'
import { changeView } from '../../audit/view'
import type { Queryable } from '../../database/connection'
import type { Page, PageRequest } from '../../database/page'
import { OperatorError } from '../../kernel/operator-error'
import { countSeatsTaken } from '../activations/service'
import { activationView } from '../activations/views'
import { findLicense, listLicenseMeta } from '../licenses/service'
import { describeProduct, mapProductNames } from '../products/service'
import type { OperatorLicenseFilter } from './license-filter-store'
import type { LicensePageView, ListedLicenseView } from './license-view'
import { licenseView } from './license-view'
import { stateInWords } from './state'
import { listLicenseIds, listSeatsOfLicense, mapLastVerified, mapSeatsTaken, pageLicenses } from './store'
import { canUndo } from './undo'

const seatsMax = 100
const happeningsMax = 50

/** Which licences an operator wants to see. */
export type LicenseSelection = OperatorLicenseFilter

// So that a list answers within a tenth of a second.
const budgetMs = 60

interface Looking {
  now: Date
  /** Whether to stop before others have to wait. */
  isBounded: boolean
}

/** A page of licences, as shown to operators; shorter if they take long to find. */
export async function listLicensePage(
  reader: () => Queryable,
  filter: OperatorLicenseFilter,
  { isBounded, ...wanted }: PageRequest & Looking,
): Promise<Page<Static<typeof ListedLicenseView>>> {
  const { rows, next } = await pageLicenses(reader, filter, { ...wanted, budgetMs: isBounded ? budgetMs : undefined })
  return { rows: await listedLicenses(reader(), rows, wanted.now), next }
}

/** Licences as a list shows them, with their seats, product and last use. */
export async function listedLicenses(
  db: Queryable,
  rows: readonly License[],
  now: Date,
): Promise<Static<typeof ListedLicenseView>[]> {
  const ids = rows.map(({ id }) => id)
  const taken = await mapSeatsTaken(db, ids)
  const verified = await mapLastVerified(db, ids)
  const names = await mapProductNames(db, [...new Set(rows.map(({ productId }) => productId))])
  return rows.map((row) => ({
    ...licenseView(row, taken.get(row.id) ?? 0, now),
    product_name: names.get(row.productId)!,
    last_verified_at: verified.get(row.id)?.toISOString() ?? null,
  }))
}

/** The ids of all licences that match. Throws an `OperatorError` for more than the limit. */
export async function findMatching(
  reader: () => Queryable,
  filter: OperatorLicenseFilter,
  { now, limit }: { now: Date; limit: number },
): Promise<number[]> {
  const { ids, isAll } = await listLicenseIds(reader, filter, { now, limit })
  if (isAll) return ids
  throw new OperatorError(`more than ${limit} licences match: choose fewer at a time`, 'invalid_input')
}

const countedMax = 10_000

/** How many licences match: up to 10,000, and fewer if they take long to find. */
export async function countMatching(
  reader: () => Queryable,
  filter: OperatorLicenseFilter,
  { now, isBounded }: Looking,
) {
  const bounds = { now, limit: countedMax, budgetMs: isBounded ? budgetMs : undefined }
  const { ids, isAll } = await listLicenseIds(reader, filter, bounds)
  return { at_least: ids.length, is_exact: isAll }
}

/**
 * Everything support needs to know about a licence, with only the latest seats and history entries if there are many.
 */
export async function licensePage(
  db: Queryable,
  license: License,
  { now, role }: { now: Date; role: User['role'] },
): Promise<Static<typeof LicensePageView>> {
  const taken = await countSeatsTaken(db, license.id)
  const { id, name } = await describeProduct(db, license.productId)
  return {
    ...licenseView(license, taken, now),
    summary: stateInWords(license, taken, now),
    product: { id, name },
    features: license.features,
    meta_data: await listLicenseMeta(db, license.id),
    activations: (await listSeatsOfLicense(db, license.id, seatsMax)).map(activationView),
    replaced_by_id: license.replacedBy === null ? null : ((await findLicense(db, license.replacedBy))?.id ?? null),
    replaces: await replacedBy(db, license),
    notes: await notesOn(db, license),
    history: await historyOf(db, license, role),
  }
}

async function historyOf(db: Queryable, license: License, role: User['role']) {
  const entries = await listEntriesOf(db, 'license', license.id, happeningsMax)
  return Promise.all(
    entries.map(async (entry) => ({ ...changeView(entry), can_undo: await canUndo(db, license, entry, role) })),
  )
}

async function notesOn(db: Queryable, { id: licenseId }: License) {
  const entries = await listEntriesWithVerb(db, 'license.noted', licenseId, happeningsMax)
  return entries.map(changeView).map(({ id, at, actor, after }) => ({ id, at, actor, note: String(after?.note ?? '') }))
}

/** The licence that this one replaces. */
async function replacedBy(db: Queryable, { id }: License) {
  const [entry] = await listEntriesWithVerb(db, 'license.replacement', id, 1)
  const license_key = entry && changeView(entry).after?.replaces
  if (typeof license_key !== 'string') return null
  return { id: (await findLicense(db, license_key))?.id ?? null, license_key }
}
