import { and, desc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm'
import { endOfTerm, hasEnd } from '../../../db/schema/expiry'
import { activationSightings, activations, type License, licenses, seatIsTaken } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { type Page, type PageRequest, pageOf, type Sorts } from '../../database/page'
import { scanIds, scanPage } from '../../database/scan'
import { latest } from '../../kernel/moments'
import type { SeenActivation } from '../activations/service'
import { keyInAnyCase, licenseConditions, type OperatorLicenseFilter } from './license-filter-store'

const lowerEmail = sql`lower(${licenses.ownerEmail})`

const isTaken = sql.raw(seatIsTaken)

const sorts: Sorts = {
  id: licenses.id,
  created_at: licenses.createdAt,
  license_key: keyInAnyCase,
  owner_email: lowerEmail,
  expires_at: endOfTerm(licenses),
}

/** Sorting by a column that may be empty lists only the rows that have it. */
const haves: Record<string, SQL> = {
  owner_email: sql`${lowerEmail} >= ''`,
  expires_at: hasEnd(licenses, latest),
}

interface LicensePageRequest extends PageRequest {
  now: Date
  /** How long to look for rows that no index finds, in milliseconds. */
  budgetMs?: number | undefined
}

/** A page of the licences; shorter if the time is over before it is full. */
export async function pageLicenses(
  reader: () => Queryable,
  filter: OperatorLicenseFilter,
  { now, budgetMs, ...wanted }: LicensePageRequest,
): Promise<Page<License>> {
  const sort = wanted.sort.replace(/^-/, '')
  const { where, test } = await licenseConditions(reader(), filter, { now, isById: sort === 'id' })
  // SQLite would sort all rows.
  const index = sort === 'expires_at' && !where ? 'licenses_expiry' : undefined
  const list = { where: and(where, haves[sort]), sorts, wanted, index }
  return test ? scanPage(reader, licenses, { ...list, test, budgetMs }) : pageOf(reader(), licenses, list)
}

/** The ids of the licences that match, at most so many. */
export async function listLicenseIds(
  reader: () => Queryable,
  filter: OperatorLicenseFilter,
  { now, ...bounds }: { now: Date; limit: number; budgetMs?: number | undefined },
) {
  const conditions = await licenseConditions(reader(), filter, { now, isById: true })
  return scanIds(reader, licenses, { ...conditions, ...bounds })
}

/** The licences of an owner, by e-mail address ignoring case, and optionally by product. */
export const listLicensesOfOwner = (db: Queryable, email: string, productId: number | undefined): Promise<License[]> =>
  Promise.resolve(
    db
      .select()
      .from(licenses)
      .where(
        and(
          // SQLite's lower() leaves letters beyond ASCII unchanged.
          inArray(
            lowerEmail,
            [email, email.toLowerCase()].map((each) => sql`lower(${each})`),
          ),
          productId === undefined ? undefined : eq(licenses.productId, productId),
        ),
      )
      .orderBy(licenses.id),
  )

/** The number of seats taken on each of these licences, by licence id. */
export async function mapSeatsTaken(db: Queryable, licenseIds: number[]): Promise<Map<number, number>> {
  const rows = await db
    .select({ id: activations.licenseId, taken: sql<number>`count(*)` })
    .from(activations)
    .where(and(inArray(activations.licenseId, licenseIds), isTaken))
    .groupBy(activations.licenseId)
  return new Map(rows.map(({ id, taken }) => [id, taken]))
}

/** When a device of each of these licences was last verified, by licence id. */
export async function mapLastVerified(db: Queryable, licenseIds: number[]): Promise<Map<number, Date>> {
  const rows = await db
    .select({ id: activations.licenseId, at: sql<number>`max(${activationSightings.lastVerifiedAt})` })
    .from(activations)
    .innerJoin(activationSightings, eq(activationSightings.activationId, activations.id))
    .where(inArray(activations.licenseId, licenseIds))
    .groupBy(activations.licenseId)
  return new Map(rows.map(({ id, at }) => [id, new Date(at)]))
}

/** The seats of a licence: taken before freed ones, most recently seen first. */
export const listSeatsOfLicense = (db: Queryable, licenseId: number, limit: number): Promise<SeenActivation[]> =>
  Promise.resolve(
    db
      .select({ ...getTableColumns(activations), lastVerifiedAt: activationSightings.lastVerifiedAt })
      .from(activations)
      .leftJoin(activationSightings, eq(activationSightings.activationId, activations.id))
      .where(eq(activations.licenseId, licenseId))
      .orderBy(
        sql`${activations.deactivatedAt} is not null`,
        desc(sql`coalesce(${activationSightings.lastVerifiedAt}, ${activations.activatedAt})`),
        desc(activations.id),
      )
      .limit(limit),
  )
