import { type Static, Type } from '@sinclair/typebox'
import type { AuditEntry } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'
import { nullable, openObject, timestamp, view } from '../kernel/view'
import { isMaskedField, mask } from './record'
import { openSubjectNames } from './subject-names/store'

const side = (description: string) => nullable(openObject(description))

const change = {
  at: timestamp(),
  actor: Type.String({ description: 'Such as "api-key 3", "user ada", "command line" or "server".' }),
  verb: Type.String({ description: 'What was done, such as license.updated.' }),
  before: side('The fields as they were; secrets are masked.'),
  after: side('The fields as they are since; secrets are masked.'),
}

/** A change of one thing, as its history shows it. */
export const ChangeView = view('Change', {
  id: Type.Integer({ description: 'The id of its entry in the audit log.' }),
  request_id: nullable(Type.String({ description: 'The X-Request-Id of the request that made it.' })),
  ...change,
})

/** An entry of the audit log. */
export const AuditEntryView = view('AuditEntry', {
  id: Type.Integer(),
  at: change.at,
  actor: change.actor,
  request_id: nullable(Type.String()),
  verb: change.verb,
  subject: Type.String({ description: 'The kind of thing it was done to.' }),
  subject_id: Type.String(),
  subject_name: nullable(Type.String({ description: 'What the thing is called.' })),
  batch: nullable(
    Type.Object(
      { from: Type.Integer(), to: Type.Integer() },
      { description: 'The ids of all the things that were made at once.' },
    ),
  ),
  before: change.before,
  after: change.after,
  hash: Type.String(),
})

export const changeView = ({
  id,
  requestId,
  at,
  actor,
  verb,
  subject,
  before,
  after,
}: AuditEntry): Static<typeof ChangeView> => ({
  id,
  request_id: requestId,
  at: at.toISOString(),
  actor,
  verb,
  before: parsed(subject, before),
  after: parsed(subject, after),
})

/** Entries as operators see them, with the names of the things they are about. */
export async function namedEntries(db: Queryable, entries: readonly AuditEntry[]) {
  const nameOf = await openSubjectNames(db, entries)
  return entries.map(
    (entry): Static<typeof AuditEntryView> => ({
      id: entry.id,
      at: entry.at.toISOString(),
      actor: entry.actor,
      request_id: entry.requestId,
      verb: entry.verb,
      subject: entry.subject,
      subject_id: entry.subjectId,
      subject_name: nameOf(entry),
      batch: entry.batchFrom === null || entry.batchTo === null ? null : { from: entry.batchFrom, to: entry.batchTo },
      before: parsed(entry.subject, entry.before),
      after: parsed(entry.subject, entry.after),
      hash: entry.hash,
    }),
  )
}

/** One side of a change. Masks secrets that earlier versions stored in clear. */
function parsed(subject: string, json: string | null): Record<string, unknown> | null {
  if (json === null) return null
  const side = Object.entries(JSON.parse(json) as Record<string, unknown>)
  return Object.fromEntries(
    side.map(([name, value]) => [name, isMaskedField(subject, name) && value !== null ? mask : value]),
  )
}
