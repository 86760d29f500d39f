import type { Static } from '@sinclair/typebox'
import type { License } from '../../../db/schema/licensing'
import { historyOf } from '../../audit/history'
import type { Queryable } from '../../database/connection'
import type { Page, PageRequest } from '../../database/page'
import { countSeatsTaken } from '../activations/service'
import { activationView } from '../activations/views'
import { listLicenseMeta } from '../licenses/service'
import { describeProduct, mapProductNames } from '../products/service'
import type { LicensePageView, ListedLicenseView } from './license-view'
import { licenseView } from './license-view'
import { stateInWords } from './state'
import { listSeatsOfLicense, mapSeatsTaken, type OperatorLicenseFilter, pageLicenses } from './store'

const seatsMax = 100
const happeningsMax = 50

/** A page of licences, as shown to operators. */
export async function listLicensePage(
  db: Queryable,
  filter: OperatorLicenseFilter,
  wanted: PageRequest & { now: Date },
): Promise<Page<Static<typeof ListedLicenseView>>> {
  const { rows, next } = await pageLicenses(db, filter, wanted)
  const ids = rows.map(({ id }) => id)
  const taken = await mapSeatsTaken(db, ids)
  const names = await mapProductNames(db, [...new Set(rows.map(({ productId }) => productId))])
  const described = rows.map((row) => ({
    ...licenseView(row, taken.get(row.id) ?? 0, wanted.now),
    product_name: names.get(row.productId)!,
  }))
  return { rows: described, next }
}

/**
 * Everything support needs to know about a licence, with only the latest seats and history entries if there are many.
 */
export async function licensePage(db: Queryable, license: License, now: Date): Promise<Static<typeof LicensePageView>> {
  const taken = await countSeatsTaken(db, license.id)
  const { id, name } = await describeProduct(db, license.productId)
  return {
    ...licenseView(license, taken, now),
    summary: stateInWords(license, taken, now),
    product: { id, name },
    features: license.features,
    meta_data: await listLicenseMeta(db, license.id),
    activations: (await listSeatsOfLicense(db, license.id, seatsMax)).map(activationView),
    history: await historyOf(db, 'license', license.id, happeningsMax),
  }
}
