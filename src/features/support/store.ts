import { and, desc, eq, getTableColumns, gte, inArray, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import { endOfTerm, hasEnd, hasEndedBefore } from '../../../db/schema/expiry'
import {
  activationSightings,
  activations,
  type License,
  licenseMeta,
  licenses,
  seatIsTaken,
} from '../../../db/schema/licensing'
import { auditLog } from '../../../db/schema/operations'
import type { Queryable } from '../../database/connection'
import { beginsWith, type PageRequest, pageOf, type Sorts } from '../../database/page'
import { contains } from '../../database/sets'
import { latest } from '../../kernel/moments'
import type { SeenActivation } from '../activations/service'
import type { StatusWord } from '../licenses/policy'
import { soughtPart } from './search'

export interface OperatorLicenseFilter {
  productId?: number | undefined
  /** In one of these states. */
  states?: readonly StatusWord[] | undefined
  /** When it was assigned; `to` is exclusive. */
  assigned?: { from: Date | undefined; to: Date | undefined } | undefined
  ownerEmail?: string | undefined
  /** A prefix of the key. */
  key?: string | undefined
  contractId?: number | undefined
  generatorId?: number | undefined
  /** A part of a key, of an owner's name or e-mail address, of a note or of a metadata value. */
  text?: string | undefined
}

const keyInAnyCase = sql`${licenses.licenseKey} collate nocase`
const lowerEmail = sql`lower(${licenses.ownerEmail})`

const isTaken = sql.raw(seatIsTaken)

const sorts: Sorts = {
  id: licenses.id,
  license_key: keyInAnyCase,
  owner_email: lowerEmail,
  expires_at: endOfTerm(licenses),
}

/** Sorting by a column that may be empty lists only the rows that have it. */
const haves: Record<string, SQL> = {
  owner_email: sql`${lowerEmail} >= ''`,
  expires_at: hasEnd(licenses, latest),
}

export function pageLicenses(
  db: Queryable,
  filter: OperatorLicenseFilter,
  { now, ...wanted }: PageRequest & { now: Date },
) {
  const { productId, states, assigned, ownerEmail, key, contractId, generatorId, text } = filter
  const sort = wanted.sort.replace(/^-/, '')
  const isNarrowed = [ownerEmail, key, contractId, generatorId, text].some((each) => each !== undefined)
  return pageOf(db, licenses, {
    where: and(
      productId === undefined ? undefined : eq(licenses.productId, productId),
      states && or(...states.map((state) => isInState(state, now))),
      assigned?.from && gte(licenses.assignedAt, assigned.from),
      assigned?.to && lt(licenses.assignedAt, assigned.to),
      ownerEmail === undefined ? undefined : eq(lowerEmail, ownerEmail.toLowerCase()),
      key === undefined ? undefined : beginsWith(keyInAnyCase, key),
      contractId === undefined ? undefined : eq(licenses.contractId, contractId),
      generatorId === undefined ? undefined : eq(licenses.generatorId, generatorId),
      text === undefined ? undefined : isAbout(text),
      haves[sort],
    ),
    sorts,
    wanted,
    index: sort === 'expires_at' && !isNarrowed ? 'licenses_expiry' : undefined,
  })
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

/** A text normalized for search: without case and hyphens. SQLite lowers only ASCII. */
const searched = (text: SQL) => sql`lower(replace(${text}, '-', ''))`

/** Whether a licence's data contains a text. Reads every row, since no index covers substrings. */
function isAbout(text: string): SQL {
  const sought = soughtPart(text)
  const forms = [...new Set([sought.toLowerCase(), sought.toUpperCase().replace(/[A-Z]+/g, (a) => a.toLowerCase())])]
  const holds = (text: SQL) =>
    sql.join(
      forms.map((form) => contains(searched(text), form)),
      sql` or `,
    )
  const { licenseKey, ownerName, ownerEmail } = licenses
  // The separators keep a match from spanning two of these.
  const own = sql`${licenseKey} || char(10) || coalesce(${ownerName}, '') || char(10) || coalesce(${ownerEmail}, '')`
  return sql`(${holds(own)}
    or ${licenses.id} in (select ${licenseMeta.licenseId} from ${licenseMeta} where ${holds(sql`${licenseMeta.value}`)})
    or ${licenses.id} in (select cast(${auditLog.subjectId} as integer) from ${auditLog} indexed by audit_log_notes
      where ${auditLog.verb} = 'license.noted' and (${holds(sql`${auditLog.after} ->> 'note'`)})))`
}

/** Stored states are compared as stored; the others are derived as in CONTRACT §2. */
function isInState(word: StatusWord, now: Date): SQL | undefined {
  const isBlocked = eq(licenses.status, 'blocked')
  const hasEnded = hasEndedBefore(licenses, now)
  switch (word) {
    case 'active':
      return sql`${licenses.status} = 'assigned' and not (${hasEnded}) and exists (
        select 1 from ${activations} where ${activations.licenseId} = ${licenses.id} and ${isTaken})`
    case 'expired':
      return hasEnded
    case 'revoked':
      return and(isBlocked, isNotNull(licenses.revokedAt))
    case 'suspended':
    case 'inactive':
      return and(isBlocked, isNull(licenses.revokedAt))
    default:
      return eq(licenses.status, word)
  }
}

/** The number of seats taken on each of these licences, by licence id. */
export async function mapSeatsTaken(db: Queryable, licenseIds: number[]): Promise<Map<number, number>> {
  const rows = await db
    .select({ id: activations.licenseId, taken: sql<number>`count(*)` })
    .from(activations)
    .where(and(inArray(activations.licenseId, licenseIds), isTaken))
    .groupBy(activations.licenseId)
  return new Map(rows.map(({ id, taken }) => [id, taken]))
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
