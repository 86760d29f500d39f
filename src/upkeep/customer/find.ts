import type { AuditEntry } from '../../../db/schema/operations'
import { listPersonalEntries } from '../../audit/history'
import { listCallsNaming, listCallsOf } from '../../call-log/recorder'
import type { Queryable } from '../../database/connection'
import { OperatorError } from '../../kernel/operator-error'
import { sha256 } from '../../kernel/secrets'
import { type Mentions, mentionsOf } from './mentions'

import {
  type DocumentKind,
  documentKinds,
  listActivationsOf,
  listDocuments,
  listLicensesOf,
  listMetaOfLicenses,
  listRemarks,
  listTelemetryOf,
  type StoredText,
} from './store'

/** The search terms for a person's calls. */
export interface Person {
  email: string
  keys: readonly string[]
  mentions: Mentions
}

/** All data stored about one person. */
export type Customer = Awaited<ReturnType<typeof findCustomer>>

/**
 * All data stored about the person with that e-mail address, ignoring case. Audit entries about licences that were
 * deleted or have another owner by now are searched too.
 */
export async function findCustomer(db: Queryable, email: string) {
  requireAddress(email)
  const licenses = await listLicensesOf(db, email)
  const ids = licenses.map(({ id }) => id)
  const told = await listPersonalEntries(db, { text: email, licenseIds: [] })
  const sides = told.flatMap((entry) => sidesOf(entry).filter((side) => isSame(side.owner_email, email)))
  const gone = told.filter(
    ({ verb, before }) => verb === 'license.deleted' && isSame(sideOf(before).owner_email, email),
  )
  const names = [...licenses.map(({ ownerName }) => ownerName), ...sides.map(({ owner_name }) => owner_name)]
  const mentions = mentionsOf(email, [...new Set(names.filter(isText))])
  const goneKeys = gone.map(({ before }) => sideOf(before).license_key).filter(isText)
  const keys = [...new Set([...licenses.map(({ licenseKey }) => licenseKey), ...goneKeys])]
  const licenseIds = [...ids, ...gone.map(({ subjectId }) => Number(subjectId))]
  const theirs = new Set(licenseIds.map(String))
  /** Whether an entry is about a licence that is theirs, or was theirs when deleted. */
  const isTheirs = ({ subject, subjectId }: AuditEntry) => subject === 'license' && theirs.has(subjectId)
  const isAbout = (row: object) => mentions.isIn(JSON.stringify(row))
  const entries = await listPersonalEntries(db, { text: email, licenseIds })
  const reports = await listTelemetryOf(db, keys, email)
  const papers = {} as Record<DocumentKind, StoredText[]>
  for (const name of documentKinds) {
    const sheets = await listDocuments(db, name, [email, ...keys])
    papers[name] = sheets.filter((sheet) => isAbout(sheet) || keys.some((key) => sheet.content.includes(key)))
  }
  return {
    licenses,
    meta: await listMetaOfLicenses(db, ids),
    activations: await listActivationsOf(db, ids),
    calls: await findCalls(db, { email, keys, mentions }),
    telemetry: reports.filter((row) => keys.includes(row.licenseKey ?? '') || isAbout(row)),
    entries: entries.filter((entry) => isTheirs(entry) || sidesOf(entry).some(isAbout)),
    papers,
    remarks: (await listRemarks(db, email)).filter(isAbout),
    email,
    keys,
    isTheirs,
    mentions,
  }
}

/** Calls about their licences, and from devices named by their address. */
export async function findCalls(db: Queryable, { email, keys, mentions }: Person) {
  const calls = (await listCallsNaming(db, email)).filter(({ identifier }) => mentions.isIn(identifier ?? ''))
  for (const key of keys) calls.push(...(await listCallsOf(db, sha256(key))))
  return [...new Map(calls.map((call) => [call.id, call])).values()]
}

/** The normalized address. Throws an `OperatorError` for an invalid one. */
export function requireAddress(email: string) {
  if (!/^\S+@\S+$/.test(email)) throw new OperatorError(`"${email}" is no e-mail address`, 'invalid_input')
  return email
}

/** Whether any data about the person is stored. */
export const isKnown = (found: Customer) => Object.values(countsOf(found)).some((count) => count > 0)

/** The number of items about a person, by kind. */
export const countsOf = ({ licenses, meta, activations, calls, telemetry, entries, papers, remarks }: Customer) => ({
  licenses: licenses.length,
  metadata: meta.length,
  activations: activations.length,
  calls: calls.length,
  telemetry: telemetry.length,
  audit_entries: entries.length,
  ...(Object.fromEntries(documentKinds.map((name) => [name, papers[name].length])) as Record<DocumentKind, number>),
  remarks: remarks.length,
})

type Side = Record<string, unknown>

const sideOf = (json: string | null): Side => (json === null ? {} : JSON.parse(json))

const sidesOf = ({ before, after }: AuditEntry) => [before, after].map(sideOf)

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const isSame = (value: unknown, email: string) => isText(value) && value.toLowerCase() === email.toLowerCase()
