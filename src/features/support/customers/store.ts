import { and, desc, eq, getTableColumns, inArray, not, type SQL, sql } from 'drizzle-orm'
import { activationSightings, activations, isUnaddressed, licenses, seatIsTaken } from '../../../../db/schema/licensing'
import type { Queryable } from '../../../database/connection'
import { beginsWith, type PageRequest, pageOf } from '../../../database/page'
import { scanPage } from '../../../database/scan'
import { contains, inList, unnest } from '../../../database/sets'
import { selectAll, selectParts } from '../../../database/statements'
import { searchForms } from '../search'

const lowerEmail = sql`lower(${licenses.ownerEmail})`
const lowerName = sql`lower(${licenses.ownerName})`

/** Behind every address. */
const lastAddress = '\u{10ffff}'

interface AddressRange {
  /** The last address of the page before. */
  after?: string | undefined
  /** Only addresses that begin with this text, in lower case. */
  start?: string
  isDown?: boolean
  limit: number
}

/** The e-mail addresses that own licences, in lower case and order. Each one is a step in the index. */
export async function listAddresses(
  db: Queryable,
  { after, start = '', isDown = false, limit }: AddressRange,
): Promise<string[]> {
  const [to, direction] = isDown ? ['<', 'desc'] : ['>', 'asc']
  const isFirst = after === undefined && !isDown
  const next = (than: string) => `select lower(owner_email) as email from licenses
    where lower(owner_email) ${than} and lower(owner_email) > '' and lower(owner_email) >= ?2 and lower(owner_email) < ?3
    order by lower(owner_email) ${direction} limit 1`
  const rows = await selectAll<{ email: string }>(
    db,
    `with recursive found(email) as (
      select email from (${next(isFirst ? '>= ?1' : `${to} ?1`)}) as first
      union all
      select (${next(`${to} found.email`)}) from found where found.email is not null)
    select email from found where email is not null limit ${Math.trunc(limit)}`,
    after ?? (isDown ? lastAddress : start),
    start,
    `${start}${lastAddress}`,
  )
  return rows.map(({ email }) => email)
}

/** The place of a customer in the order by number of licences. */
export interface Size {
  licenses: number
  email: string
}

/** Customers with two or more licences, by their number. */
export const listBySize = (db: Queryable, { after, isDown, limit }: { after: Size; isDown: boolean; limit: number }) =>
  selectAll<Size>(
    db,
    `select email, licenses from customer_sizes where (licenses, email) ${isDown ? '<' : '>'} (?1, ?2)
    order by licenses ${isDown ? 'desc, email desc' : 'asc, email asc'} limit ${Math.trunc(limit)}`,
    after.licenses,
    after.email,
  )

/** Those of these addresses that own two or more licences. */
export async function listLarger(db: Queryable, emails: readonly string[]): Promise<Set<string>> {
  const rows = await selectParts<{ email: string }>(
    db,
    sql`select email from customer_sizes where ${inList(sql`email`, emails)}`,
  )
  return new Set(rows.map(({ email }) => email))
}

/** Whether no later licence of the customer fulfils a condition, so that each customer is found once. */
const isLast = (condition: SQL) => sql`not exists (select 1 from licenses as other
  where lower(other.owner_email) = ${lowerEmail} and other.id > ${licenses.id} and ${condition})`

const hasEmail = sql`${lowerEmail} > ''`
const addressBegins = (forms: readonly string[]) => anyOf(forms.map((form) => beginsWith(lowerEmail, form)!))
const anyOf = (conditions: readonly SQL[]) => sql`(${sql.join([...conditions], sql` or `)})`

/** A page that stops looking when the time is over; the next one goes on from there. */
type Bounded = PageRequest & { budgetMs: number | undefined }

/** A page of licences in the order of names, one for each customer: the latest that names its owner. */
export const pageNames = (reader: () => Queryable, { budgetMs, ...wanted }: Bounded) =>
  scanPage(reader, licenses, {
    where: sql`${lowerName} > ''`,
    test: and(hasEmail, isLast(sql`other.owner_name <> ''`)),
    sorts: { name: lowerName },
    wanted,
    budgetMs,
  })

/** As `pageNames`, of names that begin with a text, without the customers whose addresses begin with one of these. */
export const pageNamesBeginning = (
  reader: () => Queryable,
  start: string,
  forms: readonly string[],
  { budgetMs, ...wanted }: Bounded,
) =>
  scanPage(reader, licenses, {
    where: beginsWith(lowerName, start),
    test: and(hasEmail, not(addressBegins(forms)), isLast(sql`other.owner_name <> ''`)),
    sorts: { name: lowerName },
    wanted,
    budgetMs,
  })

/**
 * A page of licences, one for each customer, whose owner's address or name contains one of these texts, but does not
 * begin with it.
 */
export const pageContaining = (reader: () => Queryable, forms: readonly string[], { budgetMs, ...wanted }: Bounded) =>
  scanPage(reader, licenses, {
    test: and(
      hasEmail,
      holds('licenses', forms),
      not(addressBegins(forms)),
      isLast(holds('other', forms)),
      sql`not exists (select 1 from licenses as named where lower(named.owner_email) = ${lowerEmail}
        and ${anyOf(forms.map((form) => beginsWith(sql`lower(named.owner_name)`, form)!))}
        and not exists (select 1 from licenses as later where lower(later.owner_email) = ${lowerEmail}
          and later.id > named.id and later.owner_name <> ''))`,
    ),
    sorts: { id: licenses.id },
    wanted,
    budgetMs,
  })

const holds = (table: 'licenses' | 'other', forms: readonly string[]) =>
  anyOf(
    ['owner_email', 'owner_name'].flatMap((column) =>
      forms.map((form) => contains(sql.raw(`lower(${table}.${column})`), form)),
    ),
  )

/** A customer as the list shows them. */
export interface CustomerFacts {
  email: string
  /** Of their latest licence. */
  licenseId: number
  name: string | null
  licenses: number
  seatsTaken: number
  seenAt: number | null
}

// Of a customer with more licences, only the latest are read for seats and last use.
const licensesRead = 1000

/** These customers, by address. */
export async function mapCustomers(db: Queryable, emails: readonly string[]): Promise<Map<string, CustomerFacts>> {
  const latest = sql.raw(
    `(select id from licenses where lower(owner_email) = asked.value order by id desc limit ${licensesRead}) as l`,
  )
  const rows = await selectParts<CustomerFacts>(
    db,
    sql`select asked.value as email,
      (select id from licenses where lower(owner_email) = asked.value order by id desc limit 1) as "licenseId",
      coalesce((select sizes.licenses from customer_sizes as sizes where sizes.email = asked.value), 1) as licenses,
      (select owner_name from licenses where lower(owner_email) = asked.value and owner_name <> ''
        order by id desc limit 1) as name,
      (select count(*) from ${latest} join activations on license_id = l.id
        where ${sql.raw(seatIsTaken)}) as "seatsTaken",
      (select max(last_verified_at) from ${latest} join activations as a on a.license_id = l.id
        join activation_sightings on activation_id = a.id) as "seenAt"
    from ${unnest(emails)} as asked`,
  )
  return new Map(rows.map((row) => [row.email, row]))
}

/** A page of the licences whose owner is known by name alone. */
export const pageUnaddressed = (db: Queryable, name: string | undefined, wanted: PageRequest) =>
  pageOf(db, licenses, {
    where: and(sql.raw(isUnaddressed), name === undefined ? undefined : beginsWith(lowerName, name.toLowerCase())),
    sorts: { owner_name: lowerName, id: licenses.id },
    wanted,
  })

/** The e-mail address of a licence's owner. */
export async function findOwnerAddress(db: Queryable, licenseId: number): Promise<string | null> {
  const [row] = await db.select({ email: licenses.ownerEmail }).from(licenses).where(eq(licenses.id, licenseId))
  return row?.email ?? null
}

/** The latest licences of an owner, with the address in lower case. */
export const listLatestLicensesOf = (db: Queryable, email: string, limit: number) =>
  Promise.resolve(
    db
      .select({ license: getTableColumns(licenses), address: sql<string>`${lowerEmail}` })
      .from(licenses)
      .where(inArray(lowerEmail, searchForms(email)))
      .orderBy(desc(licenses.id))
      .limit(limit),
  )

/** The devices on these licences: taken seats before freed ones, those seen last first. */
export const listDevicesOf = (db: Queryable, licenseIds: readonly number[], limit: number) =>
  Promise.resolve(
    db
      .select({
        seat: { ...getTableColumns(activations), lastVerifiedAt: activationSightings.lastVerifiedAt },
        licenseKey: licenses.licenseKey,
        productId: licenses.productId,
      })
      .from(activations)
      .innerJoin(licenses, eq(licenses.id, activations.licenseId))
      .leftJoin(activationSightings, eq(activationSightings.activationId, activations.id))
      .where(inList(activations.licenseId, licenseIds))
      .orderBy(
        sql`${activations.deactivatedAt} is not null`,
        desc(sql`coalesce(${activationSightings.lastVerifiedAt}, ${activations.activatedAt})`),
        desc(activations.id),
      )
      .limit(limit),
  )
