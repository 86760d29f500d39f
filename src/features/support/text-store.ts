import { type SQL, sql } from 'drizzle-orm'
import { licenseMeta, licenses } from '../../../db/schema/licensing'
import { auditLog } from '../../../db/schema/operations'
import type { Queryable } from '../../database/connection'
import { contains, inList } from '../../database/sets'
import { selectParts } from '../../database/statements'
import { searchForms, soughtPart } from './search'

/** The notes on licences, and the licence of each. */
export const noted = sql`from ${auditLog} indexed by audit_log_notes where ${auditLog.verb} = 'license.noted'`
export const notedId = sql`cast(${auditLog.subjectId} as integer)`

/** A text normalized for search: without case and hyphens. SQLite lowers only ASCII. */
const searched = (text: SQL) => sql`lower(replace(${text}, '-', ''))`

/** Whether a licence's data contains a text; no index covers substrings. */
export async function isAbout(db: Queryable, text: string): Promise<SQL> {
  const sought = soughtPart(text)
  const forms = searchForms(sought)
  const holds = (text: SQL) =>
    sql.join(
      forms.map((form) => contains(searched(text), form)),
      sql` or `,
    )
  const { licenseKey, ownerName, ownerEmail } = licenses
  // The separators keep a match from spanning two of these.
  const own = sql`${licenseKey} || ${'\n'} || coalesce(${ownerName}, '') || ${'\n'} || coalesce(${ownerEmail}, '')`
  const inNotes = await selectParts<{ id: number }>(
    db,
    sql`select distinct ${notedId} as id ${noted} and (${holds(sql`json_extract(${auditLog.after}, '$.note')`)})`,
  )
  return sql`(${holds(own)}
    or exists (select 1 from ${licenseMeta} where ${licenseMeta.licenseId} = ${licenses.id}
      and (${holds(sql`${licenseMeta.value}`)}))
    or ${inList(
      licenses.id,
      inNotes.map(({ id }) => id),
    )})`
}
