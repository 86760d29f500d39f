import { type Static, Type } from '@sinclair/typebox'
import type { EntryFilter } from '../audit/history'
import { auditSubjects as kinds, verbs } from '../audit/verbs'
import { choice, text } from '../intake/model'
import { period, rangeOf, words } from './filters'

const isActor = (text: string) => /^(api-key \d+|user .+|command line( \(.+\))?|job .+|server)$/.test(text)
const actorForms = 'write "api-key 3", "user ada", "command line", "command line (ada)", "job deliver" or "server"'

/** What the audit log can be filtered by, in lists and exports. */
export const AuditFilters = Type.Object({
  actor: Type.Optional(
    text({
      description: 'Only changes by this actor',
      examples: ['api-key 3', 'user ada', 'command line', 'command line (ada)', 'server'],
      fault: (actor) => (isActor(actor) ? undefined : `"${actor}" did nothing: ${actorForms}.`),
    }),
  ),
  verb: words(verbs, 'Only these actions', ['license.updated', 'license.updated,license.deleted']),
  subject: words(kinds, 'Only changes of these subjects', ['license', 'license,product']),
  id: Type.Optional(text({ description: 'Only changes of the subject with this id.' })),
  request_id: Type.Optional(
    text({ maxLength: 64, description: 'Only changes by the request with this id, as X-Request-Id gave it.' }),
  ),
  ...period,
})

const auditFormats = ['jsonl', 'csv'] as const

/** The fields of an export. */
export const AuditExportFields = {
  format: Type.Optional(
    choice(auditFormats, { description: 'csv is for spreadsheets; jsonl, as JSON lines, where nothing is said.' }),
  ),
  ...AuditFilters.properties,
}

export function auditFilterOf(given: Static<typeof AuditFilters>, now: Date): EntryFilter {
  const { actor, verb, subject, id, request_id, ...period } = given
  return { actor, verbs: verb, subjects: subject, subjectId: id, requestId: request_id, ...rangeOf(period, now) }
}
