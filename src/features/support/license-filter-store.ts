import { and, eq, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { endOfTerm, hasEndedBefore, hasTerm } from '../../../db/schema/expiry'
import { activationSightings, activations, licenseMeta, licenses, seatIsTaken } from '../../../db/schema/licensing'
import { auditLog } from '../../../db/schema/operations'
import type { Queryable } from '../../database/connection'
import { beginsWith } from '../../database/page'
import { selectParts } from '../../database/statements'
import { dayMs } from '../../kernel/durations'
import { type StatusWord, statusWords } from '../licenses/policy'
import { isAbout, noted, notedId } from './text-store'

/** A period; `to` is exclusive. */
interface Span {
  from: Date | undefined
  to: Date | undefined
}

/** Which licences an operator wants to see; all conditions hold. */
export interface OperatorLicenseFilter {
  productId?: number | undefined
  /** In one of these states. */
  states?: readonly StatusWord[] | undefined
  assigned?: Span | undefined
  created?: Span | undefined
  /** When the term of an assigned licence ends or ended. */
  expires?: Span | undefined
  ownerEmail?: string | undefined
  /** A prefix of the key. */
  key?: string | undefined
  contractId?: number | undefined
  generatorId?: number | undefined
  /** A part of a key, of an owner's name or e-mail address, of a note or of a metadata value. */
  text?: string | undefined
  /** Assigned, and no device has ever activated it. */
  isNeverActivated?: boolean | undefined
  /** In use, and no device of it has verified or activated since. */
  verifiedBefore?: Date | undefined
  /** All its seats are taken. */
  isFull?: boolean | undefined
  /** More seats are taken than it has. */
  isOverLimit?: boolean | undefined
  hasNote?: boolean | undefined
  /** Metadata of that key, of any value if it is undefined. */
  meta?: { key: string; value: string | undefined } | undefined
}

/** What an index serves, and what each row is tested for. */
interface Conditions {
  where: SQL | undefined
  test: SQL | undefined
}

/** A condition that an index serves if few rows meet it; otherwise each row is tested. */
interface Selective {
  condition: SQL
  /** The ids of the rows that may meet it. */
  ids: SQL
  /** Whether all of these do. */
  isExact: boolean
}

// To sort more rows takes longer than to test them in the order of the list.
const fewMax = 20_000

const isTaken = sql.raw(seatIsTaken)
const lowerEmail = sql`lower(${licenses.ownerEmail})`
export const keyInAnyCase = sql`${licenses.licenseKey} collate nocase`

/** The conditions of a filter, for a list by id or in another order. */
export async function licenseConditions(
  db: Queryable,
  filter: OperatorLicenseFilter,
  { now, isById }: { now: Date; isById: boolean },
): Promise<Conditions> {
  const { productId, ownerEmail, key, contractId, generatorId, text } = filter
  const narrow = and(
    ownerEmail === undefined ? undefined : eq(lowerEmail, ownerEmail.toLowerCase()),
    key === undefined ? undefined : beginsWith(keyInAnyCase, key),
    contractId === undefined ? undefined : eq(licenses.contractId, contractId),
    generatorId === undefined ? undefined : eq(licenses.generatorId, generatorId),
  )
  const states = stateConditions(filter.states ?? [], now)
  // Their indexes have the rows by id.
  const equal = [productId === undefined ? undefined : eq(licenses.productId, productId), states.stored].filter(isGiven)
  const selective = [
    ...spanConditions(filter, now),
    ...noteConditions(filter),
    ...(isById ? [] : equal.map((condition) => ({ condition, ids: idsWhere(condition), isExact: true }))),
  ]
  const few = narrow ? undefined : await firstOfFew(db, selective)
  const tests = [
    ...selective.filter((each) => each !== few || !each.isExact).map(({ condition }) => withoutIndex(condition)),
    states.derived,
    ...deviceConditions(filter),
    filter.meta && hasMeta(filter.meta),
    text === undefined ? undefined : await isAbout(db, text),
  ]
  return {
    where: and(narrow, ...(isById ? equal : []), few && sql`${licenses.id} in (${few.ids})`),
    test: and(...tests),
  }
}

const isGiven = <T>(value: T | undefined): value is T => value !== undefined

/** A condition for which the planner takes no index. */
const withoutIndex = (condition: SQL) => sql`(${condition}) is true`

const idsWhere = (condition: SQL | undefined, index?: string) =>
  sql`select ${licenses.id} from ${licenses} ${index ? sql`indexed by ${sql.identifier(index)}` : sql``} where ${condition}`

async function firstOfFew(db: Queryable, selective: readonly Selective[]): Promise<Selective | undefined> {
  for (const each of selective) {
    const [row] = await selectParts<{ many: number }>(
      db,
      sql`select count(*) as many from (${each.ids} limit ${fewMax + 1}) as some_rows`,
    )
    if (row!.many <= fewMax) return each
  }
  return undefined
}

function spanConditions({ created, assigned, expires, states }: OperatorLicenseFilter, now: Date): Selective[] {
  const isEnded = states?.length === 1 && states[0] === 'expired'
  const byDay = sql`(${licenses.assignedAt} / ${sql.raw(String(dayMs))})`
  return [
    created && exact(within(licenses.createdAt, created), 'licenses_created'),
    assigned && {
      condition: within(licenses.assignedAt, assigned),
      ids: idsWhere(and(isNotNull(licenses.assignedAt), within(byDay, daysOf(assigned))), 'licenses_sold'),
      isExact: false,
    },
    expires && exact(and(hasTerm(licenses), within(endOfTerm(licenses), expires))!, 'licenses_expiry'),
    isEnded ? exact(hasEndedBefore(licenses, now), 'licenses_expiry') : undefined,
  ].filter(isGiven)
}

const exact = (condition: SQL, index: string): Selective => ({
  condition,
  ids: idsWhere(condition, index),
  isExact: true,
})

const within = (column: SQLiteColumn | SQL, { from, to }: { from: Bound; to: Bound }) =>
  and(
    from === undefined ? undefined : sql`${column} >= ${Number(from)}`,
    to === undefined ? undefined : sql`${column} < ${Number(to)}`,
  ) ?? sql`${column} is not null`

type Bound = Date | number | undefined

const daysOf = ({ from, to }: Span) => ({
  from: from && Math.floor(from.getTime() / dayMs),
  to: to && Math.ceil(to.getTime() / dayMs),
})

/** What is stored of these states, and what is derived as in CONTRACT §2. */
function stateConditions(states: readonly StatusWord[], now: Date) {
  if (!states.length) return { stored: undefined, derived: undefined }
  const stored = [...new Set(states.map((state) => statusWords[state]))]
  const isStored = states.every((state) => (stored as string[]).includes(state))
  const only = stored.length === 1
  const any = or(...states.map((state) => isInState(state, now)))!
  return {
    stored: only ? eq(licenses.status, stored[0]!) : undefined,
    derived: only && isStored ? undefined : withoutIndex(any),
  }
}

function isInState(word: StatusWord, now: Date): SQL | undefined {
  const isBlocked = eq(licenses.status, 'blocked')
  const hasEnded = hasEndedBefore(licenses, now)
  switch (word) {
    case 'active':
      return sql`${licenses.status} = 'assigned' and not (${hasEnded}) and ${hasSeat}`
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

const seats = sql`from ${activations} where ${activations.licenseId} = ${licenses.id}`
const hasSeat = sql`exists (select 1 ${seats} and ${isTaken})`
const seatsTaken = sql`(select count(*) ${seats} and ${isTaken})`

function deviceConditions({ isNeverActivated, verifiedBefore, isFull, isOverLimit }: OperatorLicenseFilter) {
  const isAssigned = sql`${licenses.status} = 'assigned'`
  const seenSince = (moment: Date) => sql`exists (
    select 1 from ${activations} left join ${activationSightings}
      on ${activationSightings.activationId} = ${activations.id}
    where ${activations.licenseId} = ${licenses.id}
      and coalesce(${activationSightings.lastVerifiedAt}, ${activations.activatedAt}) >= ${moment.getTime()})`
  const hasLimit = sql`${licenses.activationLimit} > 0`
  return [
    isNeverActivated ? withoutIndex(sql`${isAssigned} and not exists (select 1 ${seats})`) : undefined,
    verifiedBefore && withoutIndex(sql`${isAssigned} and ${hasSeat} and not ${seenSince(verifiedBefore)}`),
    isFull ? sql`${hasLimit} and ${seatsTaken} >= ${licenses.activationLimit}` : undefined,
    isOverLimit ? sql`${hasLimit} and ${seatsTaken} > ${licenses.activationLimit}` : undefined,
  ]
}

const noteConditions = ({ hasNote }: OperatorLicenseFilter): Selective[] =>
  hasNote
    ? [
        {
          condition: sql`exists (select 1 from ${auditLog} where ${auditLog.subject} = 'license'
            and ${auditLog.subjectId} = cast(${licenses.id} as text) and ${auditLog.verb} = 'license.noted')`,
          ids: sql`select ${notedId} ${noted}`,
          isExact: true,
        },
      ]
    : []

const hasMeta = ({ key, value }: { key: string; value: string | undefined }) =>
  sql`exists (select 1 from ${licenseMeta} where ${licenseMeta.licenseId} = ${licenses.id}
    and ${licenseMeta.key} = ${key} ${value === undefined ? sql`` : sql`and ${licenseMeta.value} = ${value}`})`
