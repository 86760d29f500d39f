import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { webhooks } from '../../../db/schema/work'
import { flag, integer, list, momentText, text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { randomToken } from '../../kernel/secrets'
import { sealSecret } from '../../webhooks/message'
import { insertWebhook, requireSoundWebhook } from '../../webhooks/service'
import { differenceOf } from './difference'
import { rowOf } from './row'
import { everyRow, findWebhookLike, withIds } from './store'
import { oneByOne, type Table } from './table'

/** Subscriptions to events. Secrets are never exported; an imported webhook gets a new one. */
export const webhooksTable: Table = {
  name: 'webhooks',
  subject: 'webhook',
  model: Type.Object({
    id: Type.Optional(integer({ minimum: 1 })),
    uuid: Type.Optional(text({ maxLength: 36 })),
    name: text(),
    url: text(),
    events: list(),
    active: Type.Optional(flag()),
    created_at: Type.Optional(momentText({ nullable: true })),
  }),
  ignored: ['secret', 'description', 'environment', 'updated_at', 'deleted_at'],
  put: oneByOne(async (tx, fields, { now, sealer, notes }) => {
    const row = rowOf(fields)
    requireSoundWebhook({ name: fields.name, url: fields.url, events: fields.events })
    const existing = await findWebhookLike(tx, fields)
    if (existing) {
      const difference = differenceOf(existing, row)
      if (difference) throw new OperatorError(`webhook ${existing.id} exists already, and ${difference}`)
      return 'there'
    }
    const secret = randomToken('whsec')
    const draft = { uuid: randomUUID() as string, active: 1, createdAt: now, ...row }
    const sealed = { ...draft, sealedSecret: sealSecret(secret, draft, sealer) }
    const [numbered] = await withIds(tx, webhooks, [sealed as unknown as typeof webhooks.$inferInsert])
    const { id, name } = await insertWebhook(tx, numbered!)
    notes.push(`Webhook ${id} "${name}" has a new secret, shown this once: ${secret}`)
    return { made: id }
  }),
  async *rows(db) {
    for await (const page of everyRow(db, webhooks))
      for (const { id, uuid, name, url, events, active, createdAt } of page)
        yield { id, uuid, name, url, events, active, created_at: createdAt }
  },
}
