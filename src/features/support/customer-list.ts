import type { Static } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import type { Page, PageRequest } from '../../database/page'
import { jsonFieldsOf } from '../../kernel/fields'
import { OperatorError } from '../../kernel/operator-error'
import { lastSeen } from './customer-sightings'
import { largestFirst } from './customer-sizes'
import type { ListedCustomer, UnaddressedLicenseView } from './customer-view'
import {
  type CustomerFacts,
  listAddresses,
  mapCustomers,
  pageContaining,
  pageNames,
  pageNamesBeginning,
  pageUnaddressed,
} from './customers/store'
import { loweredAscii, searchForms } from './search'

/** Some addresses of a phase; `next` is where it goes on, null at its end. */
export interface Found {
  emails: string[]
  next: string | null
}

/** A part of a list: the list goes on with the next one when it ends. */
export type Phase = (after: string | undefined, limit: number) => Promise<Found>

// So that a list answers within a tenth of a second.
const pageMs = 60

/** The orders of the list of customers. */
export const customerSorts = ['email', 'name', 'licenses', 'last_seen_at'] as const

/**
 * A page of customers. With a text, those come first whose address begins with it, then those whose name does, then
 * those that contain it.
 */
export async function listCustomers(
  reader: () => Queryable,
  text: string | undefined,
  { sort, after, limit, isBounded }: PageRequest & { isBounded: boolean },
): Promise<Page<ListedCustomer>> {
  const bound = isBounded ? pageMs : undefined
  if (text !== undefined && sort !== 'email') {
    throw new OperatorError(
      'with a text, the list is in the order of what fits best: leave out the sort',
      'invalid_input',
    )
  }
  const isDown = sort.startsWith('-')
  const [label, phases] =
    text === undefined
      ? [sort, phasesOf(reader, sort.replace(/^-/, ''), isDown, bound)]
      : [`text ${text}`, searchPhases(reader, searchForms(text), bound)]
  const { emails, next } = await throughPhases(phases, label, after, limit)
  const known = await mapCustomers(reader(), emails)
  return { rows: emails.map((email) => customerOf(known.get(email)!)), next }
}

/** The fields of a customer that the list and the page share. */
export const customerOf = ({
  email,
  licenseId,
  name,
  licenses,
  seatsTaken,
  seenAt,
}: CustomerFacts): ListedCustomer => ({
  ...{ email, license_id: licenseId, name, licenses },
  seats_taken: seatsTaken,
  last_seen_at: seenAt === null ? null : new Date(seenAt).toISOString(),
})

function phasesOf(reader: () => Queryable, sort: string, isDown: boolean, budgetMs: number | undefined): Phase[] {
  switch (sort) {
    case 'name':
      return [licensePhase((wanted) => pageNames(reader, { sort: isDown ? '-name' : 'name', budgetMs, ...wanted }))]
    case 'licenses':
      return largestFirst(reader, isDown)
    case 'last_seen_at':
      return [lastSeen(reader, isDown)]
    default:
      return [addresses(reader, { isDown })]
  }
}

const searchPhases = (reader: () => Queryable, forms: readonly string[], budgetMs: number | undefined): Phase[] => [
  ...forms.map((start) => addresses(reader, { start })),
  ...forms.map((start) =>
    licensePhase((wanted) => pageNamesBeginning(reader, start, forms, { sort: 'name', budgetMs, ...wanted })),
  ),
  licensePhase((wanted) => pageContaining(reader, forms, { sort: '-id', budgetMs, ...wanted })),
]

const addresses =
  (reader: () => Queryable, range: { start?: string; isDown?: boolean }): Phase =>
  async (after, limit) => {
    const found = await listAddresses(reader(), { ...range, after, limit: limit + 1 })
    const emails = found.slice(0, limit)
    return { emails, next: found.length > limit ? emails.at(-1)! : null }
  }

type LicensePage = (wanted: {
  after: string | undefined
  limit: number
}) => Promise<Page<{ ownerEmail: string | null }>>

const licensePhase =
  (page: LicensePage): Phase =>
  async (after, limit) => {
    const { rows, next } = await page({ after, limit })
    return { emails: rows.map(({ ownerEmail }) => loweredAscii(ownerEmail!)), next }
  }

/** A page through several parts; the cursor says in which one, and where. */
async function throughPhases(phases: Phase[], label: string, after: string | undefined, limit: number): Promise<Found> {
  let [at, inner] = after === undefined ? [0, undefined] : placeOf(after, label)
  const emails: string[] = []
  for (;;) {
    const phase = phases[at]
    if (!phase) return { emails, next: null }
    const found = await phase(inner, limit - emails.length)
    emails.push(...found.emails)
    if (found.next !== null) return { emails, next: cursorAt(label, at, found.next) }
    at++
    inner = undefined
    if (emails.length === limit) return { emails, next: phases[at] ? cursorAt(label, at, null) : null }
  }
}

const cursorAt = (label: string, at: number, inner: string | null) =>
  Buffer.from(JSON.stringify([label, at, inner])).toString('base64url')

function placeOf(after: string, label: string): [number, string | undefined] {
  try {
    const [madeFor, at, inner] = JSON.parse(Buffer.from(after, 'base64url').toString())
    if (madeFor === label && Number.isInteger(at) && (inner === null || typeof inner === 'string')) {
      return [at, inner ?? undefined]
    }
  } catch {}
  throw new OperatorError('"after" takes the "next" of the page before, in the same order', 'invalid_input')
}

/** A page of the licences whose owner is known by name alone. */
export async function listUnaddressed(
  db: Queryable,
  name: string | undefined,
  wanted: PageRequest,
): Promise<Page<Static<typeof UnaddressedLicenseView>>> {
  const { rows, next } = await pageUnaddressed(db, name, wanted)
  const fields = ['id', 'license_key', 'product_id', 'status', 'assigned_at', 'created_at'] as const
  return { rows: rows.map((row) => ({ ...jsonFieldsOf(row, fields), owner_name: row.ownerName! })), next }
}
