import { type Static, Type } from '@sinclair/typebox'
import type { License } from '../../../../db/schema/licensing'
import type { Queryable } from '../../../database/connection'
import { nullable, view, word } from '../../../kernel/view'
import { soughtPart } from '../search'
import { standingOf } from '../state'
import {
  findRequest,
  listBeginning,
  listDevicesBeginning,
  listNamed,
  type NamedKind,
  scanDevices,
  scanLicenses,
} from './store'

const foundKinds = [
  ...['customer', 'license', 'device', 'product', 'contract', 'release', 'webhook', 'api_key', 'setting', 'request'],
] as const

/** Something that was found. */
export const FoundView = view('Found', {
  kind: word(foundKinds),
  id: Type.String({
    description: 'Its id; the address of a customer, the identifier of a device, the name of a setting.',
  }),
  name: Type.String(),
  about: Type.String({ description: 'What else there is to know, such as the licence of a device.' }),
  license_id: nullable(Type.Integer({ description: 'A licence of that customer or device; null for other kinds.' })),
  call_id: Type.Optional(Type.Integer({ description: 'Only with a request that software made: its call.' })),
})
export type FoundThing = Static<typeof FoundView>

interface Asked {
  text: string
  /** How many of each kind. */
  limit: number
  /** Whether to stop before others have to wait. */
  isBounded: boolean
}

// Together with the rest within a tenth of a second.
const budgets = { licenses: 40, devices: 15, requests: 20 }
// A part of a word that short is in nearly everything.
const partLengthMin = 3

/** Finds a text: what begins so, then what has it anywhere. `isComplete` unless the time was over before that. */
export async function findAnything(
  reader: () => Queryable,
  { text: given, limit, isBounded }: Asked,
): Promise<{ found: FoundThing[]; isComplete: boolean }> {
  const text = given.trim()
  soughtPart(text)
  const sought = { text, limit }
  const within = (budgetMs: number) => (isBounded ? budgetMs : undefined)
  const beginning = await listBeginning(reader(), sought)
  const devices = await listDevicesBeginning(reader(), sought)
  const isLong = text.length >= partLengthMin
  const scanned = isLong ? await scanLicenses(reader, sought, within(budgets.licenses)) : undefined
  const further = isLong ? await scanDevices(reader, sought, within(budgets.devices)) : undefined
  const request = isRequestId(text) ? await findRequest(reader, text, within(budgets.requests)) : undefined
  const licenses = uniqueBy([...beginning, ...(scanned?.rows ?? [])], ({ id }) => id)
  const deviceHits = uniqueBy(
    [
      ...devices.map(({ identifier, licenseKey, licenseId }) => ({ identifier, about: licenseKey, licenseId })),
      ...(further?.rows ?? []).map(({ identifier, licenseId }) => ({ identifier, about: '', licenseId })),
    ],
    ({ identifier }) => identifier,
  )
  return {
    found: [
      ...customersAmong(licenses, text).slice(0, limit),
      ...licenses.slice(0, limit).map(licenseFound),
      ...deviceHits.slice(0, limit).map(({ identifier: name, about, licenseId }) => ({
        ...{ kind: 'device' as const, id: name, name, about },
        license_id: licenseId,
      })),
      ...Object.entries(await listNamed(reader(), sought)).flatMap(([kind, things]) =>
        things.map(({ id, name, about }) => ({
          kind: kind as NamedKind,
          id: String(id),
          name,
          about: shortened(about),
          license_id: null,
        })),
      ),
      ...requestFound(text, request),
    ],
    isComplete: !hasMore(scanned, limit) && !hasMore(further, limit) && (request?.isComplete ?? true),
  }
}

/** Whether the time was over before a page was full. */
const hasMore = (page: { rows: unknown[]; next: string | null } | undefined, limit: number) =>
  page !== undefined && page.next !== null && page.rows.length < limit

const isRequestId = (text: string) => /^[\w.-]{6,64}$/.test(text) && text.includes('-')

/** The first row of each key. */
const uniqueBy = <T>(rows: readonly T[], keyOf: (row: T) => unknown): T[] =>
  [...Map.groupBy(rows, keyOf).values()].map(([first]) => first!)

/** The owners that have the text in their name or address. */
function customersAmong(licenses: readonly License[], text: string): FoundThing[] {
  const wanted = text.toLowerCase()
  const owners = licenses.filter(({ ownerEmail, ownerName }) =>
    ownerEmail ? `${ownerName ?? ''}\n${ownerEmail}`.toLowerCase().includes(wanted) : false,
  )
  return uniqueBy(owners, ({ ownerEmail }) => ownerEmail!.toLowerCase()).map(({ id, ownerEmail, ownerName }) => ({
    kind: 'customer',
    id: ownerEmail!.toLowerCase(),
    name: ownerName || ownerEmail!,
    about: ownerEmail!,
    license_id: id,
  }))
}

const licenseFound = (license: License): FoundThing => ({
  kind: 'license',
  id: String(license.id),
  name: license.licenseKey,
  about: standingOf(license),
  license_id: license.id,
})

const aboutLengthMax = 120
const shortened = (text: string) => (text.length > aboutLengthMax ? `${text.slice(0, aboutLengthMax)}…` : text)

function requestFound(id: string, request: Awaited<ReturnType<typeof findRequest>> | undefined): FoundThing[] {
  const { call, change } = request ?? {}
  if (!call && !change) return []
  const about = call ? `${call.route} ${call.code}` : `${change!.verb} ${change!.subjectId}`
  return [{ kind: 'request', id, name: id, about, license_id: null, ...(call && { call_id: call.id }) }]
}
