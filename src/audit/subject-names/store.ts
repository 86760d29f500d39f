import { type SQL, sql } from 'drizzle-orm'
import { apiKeys, blocklist, users } from '../../../db/schema/access'
import { products } from '../../../db/schema/catalog'
import { contracts, licenses } from '../../../db/schema/licensing'
import type { AuditEntry } from '../../../db/schema/operations'
import { webhooks } from '../../../db/schema/work'
import type { Queryable } from '../../database/connection'
import { selectParts } from '../../database/statements'
import { parseId } from '../../kernel/ids'

/** The tables of things that have names, and their name columns. */
const named: Record<string, { table: SQL; name: SQL }> = {
  'api-key': { table: sql`${apiKeys}`, name: sql`${apiKeys.name}` },
  blocklist: { table: sql`${blocklist}`, name: sql`${blocklist.value}` },
  contract: { table: sql`${contracts}`, name: sql`${contracts.name}` },
  license: { table: sql`${licenses}`, name: sql`${licenses.licenseKey}` },
  product: { table: sql`${products}`, name: sql`${products.name}` },
  user: { table: sql`${users}`, name: sql`${users.name}` },
  webhook: { table: sql`${webhooks}`, name: sql`${webhooks.name}` },
}

type About = Pick<AuditEntry, 'subject' | 'subjectId' | 'batchFrom'>

/** The current names of the things these entries are about, in one lookup. Deleted things and batches have none. */
export async function openSubjectNames(db: Queryable, entries: readonly About[]) {
  const about = entries.filter(({ subject, subjectId, batchFrom }) => {
    return Object.hasOwn(named, subject) && batchFrom === null && parseId(subjectId) !== undefined
  })
  const lookUps = [...new Set(about.map(({ subject }) => subject))].map((kind) => {
    const ids = about.filter(({ subject }) => subject === kind).map(({ subjectId }) => sql`${Number(subjectId)}`)
    const { table, name } = named[kind]!
    return sql`select ${kind} as kind, id, ${name} as name from ${table} where id in (${sql.join(ids, sql`, `)})`
  })
  const rows = lookUps.length
    ? await selectParts<{ kind: string; id: number; name: string }>(db, sql.join(lookUps, sql` union all `))
    : []
  const names = new Map(rows.map(({ kind, id, name }) => [`${kind} ${id}`, name]))
  return ({ subject, subjectId }: About): string | null => names.get(`${subject} ${subjectId}`) ?? null
}
