import { Type } from '@sinclair/typebox'
import { blocklist } from '../../../db/schema/access'
import { listBlocks, requireBlockable } from '../../access/blocking'
import { blockFields } from '../../access/view'
import { choice, integer, momentText, text } from '../../intake/model'
import { fieldsOf } from '../../kernel/fields'
import { OperatorError } from '../../kernel/operator-error'
import { differenceOf } from './difference'
import { rowOf } from './row'
import { everyRow, insertMany, withIds } from './store'
import { oneByOne, type Table } from './table'

/** Blocked addresses and devices. */
export const blocklistTable: Table = {
  name: 'blocklist',
  subject: 'blocklist',
  model: Type.Object({
    id: Type.Optional(integer({ minimum: 1 })),
    kind: choice(['ip', 'identifier']),
    value: text(),
    reason: Type.Optional(text({ nullable: true })),
    created_at: Type.Optional(momentText({ nullable: true })),
    expires_at: Type.Optional(momentText({ nullable: true })),
  }),
  ignored: ['updated_at'],
  put: oneByOne(async (tx, fields, { now }) => {
    const row = rowOf({ ...fields, value: requireBlockable(fields.kind, fields.value) }, { blank: ['reason'] })
    const existing = (await listBlocks(tx)).find(({ kind, value }) => kind === row.kind && value === row.value)
    if (existing) {
      const difference = differenceOf(existing, row)
      if (difference) throw new OperatorError(`"${row.value}" is on the blocklist already, and ${difference}`)
      return 'there'
    }
    const draft = { reason: '', expiresAt: null, createdAt: now, ...row }
    const [numbered] = await withIds(tx, blocklist, [draft as unknown as typeof blocklist.$inferInsert])
    await insertMany(tx, blocklist, [numbered!])
    return { made: numbered!.id }
  }),
  async *rows(db) {
    for await (const page of everyRow(db, blocklist)) for (const block of page) yield fieldsOf(block, blockFields)
  },
}
