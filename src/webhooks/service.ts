import { randomUUID } from 'node:crypto'
import type { Webhook } from '../../db/schema/work'
import { record } from '../audit/record'
import type { Queryable, Tx } from '../database/connection'
import { parseId } from '../kernel/ids'
import { fieldRef, message, remedy } from '../kernel/message'
import { onlyNamed } from '../kernel/naming'
import { OperatorError } from '../kernel/operator-error'
import { randomToken } from '../kernel/secrets'
import type { Sealer } from '../signing/sealing'
import { problemOfUrl } from './address'
import { type Event, events } from './events'
import { sealSecret } from './message'
import { send } from './outbox'
import { deleteWebhookRow, findWebhook, insertWebhook, listWebhooksNamed, updateWebhook } from './store'

export { insertWebhook, listGoneWebhooks, pageWebhooks, updateWebhook } from './store'

const urlLengthMax = 2048

/** A new webhook. */
export interface WebhookDraft {
  name: string
  url: string
  /** Names of events; `all` for every one. */
  events: readonly string[]
}

/**
 * Creates a webhook and returns its secret, this once; it is stored sealed. Throws an `OperatorError` if the draft is
 * invalid.
 */
export async function addWebhook(
  tx: Tx,
  draft: WebhookDraft,
  { sealer, now }: { sealer: Sealer; now: Date },
): Promise<{ webhook: Webhook; secret: string }> {
  requireSoundWebhook(draft)
  if (!draft.events.length) {
    throw new OperatorError(
      message`say which events it is told of: ${fieldRef('events')} license.created,license.expired`,
      'invalid_input',
    )
  }
  const secret = randomToken('whsec')
  const uuid = randomUUID()
  const webhook = await insertWebhook(tx, {
    uuid,
    name: draft.name,
    url: draft.url,
    events: allOf(draft.events),
    sealedSecret: sealSecret(secret, { uuid }, sealer),
    active: 1,
    createdAt: now,
  })
  await record(tx, { verb: 'webhook.added', id: webhook.id, after: webhook }, now)
  return { webhook, secret }
}

/** The webhook with that id; throws an `OperatorError` if there is none. */
export async function requireWebhook(db: Queryable, id: number): Promise<Webhook> {
  const webhook = await findWebhook(db, id)
  if (!webhook) throw new OperatorError(message`there is no webhook ${id}: see ${remedy('webhook list')}`, 'not_found')
  return webhook
}

/** The id of the webhook with that id or unique name. */
export async function resolveWebhook(db: Queryable, reference: string): Promise<number> {
  const id = parseId(reference)
  if (id !== undefined && (await findWebhook(db, id))) return id
  const found = onlyNamed('webhook', reference, await listWebhooksNamed(db, reference))
  if (found) return found.id
  throw new OperatorError(
    message`there is no webhook ${id ?? `"${reference}"`}: see ${remedy('webhook list')}`,
    'not_found',
  )
}

/** Changes name, address or events. Deliveries already waiting keep their old address. */
export async function editWebhook(tx: Tx, id: number, changes: Partial<WebhookDraft>, now: Date): Promise<Webhook> {
  const before = await requireWebhook(tx, id)
  requireSoundWebhook(changes)
  const after = await updateWebhook(tx, id, {
    ...(changes.name !== undefined && { name: changes.name }),
    ...(changes.url !== undefined && { url: changes.url }),
    ...(changes.events !== undefined && { events: allOf(changes.events) }),
  })
  await record(tx, { verb: 'webhook.updated', id, before, after }, now)
  return after
}

/** A disabled webhook gets no new events, and deliveries still waiting for it fail unsent. */
export async function setWebhookActive(
  tx: Tx,
  id: number,
  { isActive, now }: { isActive: boolean; now: Date },
): Promise<Webhook> {
  await requireWebhook(tx, id)
  await record(tx, { verb: isActive ? 'webhook.enabled' : 'webhook.disabled', id }, now)
  return updateWebhook(tx, id, { active: isActive ? 1 : 0, goneAt: null })
}

/** Disables a webhook whose receiver answered 410, until an operator enables it again. */
export async function disableGone(tx: Tx, { id }: Pick<Webhook, 'id'>, now: Date) {
  await record(tx, { verb: 'webhook.disabled', id, after: { reason: 'the receiver answered 410 (gone)' } }, now)
  await updateWebhook(tx, id, { active: 0, goneAt: now })
}

/** Generates a new secret for a webhook and returns it, this once; it signs from the next attempt on. */
export async function rotateSecret(
  tx: Tx,
  id: number,
  { sealer, now }: { sealer: Sealer; now: Date },
): Promise<{ webhook: Webhook; secret: string }> {
  const before = await requireWebhook(tx, id)
  const secret = randomToken('whsec')
  const webhook = await updateWebhook(tx, id, { sealedSecret: sealSecret(secret, before, sealer) })
  await record(tx, { verb: 'webhook.secret-rotated', id, before, after: webhook }, now)
  return { webhook, secret }
}

/** Deletes a webhook and its deliveries; those still waiting are not sent. */
export async function deleteWebhook(tx: Tx, id: number, now: Date): Promise<Webhook> {
  const before = await requireWebhook(tx, id)
  await deleteWebhookRow(tx, id)
  await record(tx, { verb: 'webhook.deleted', id, before }, now)
  return before
}

/** Sends a webhook a test message, `webhook.ping`, whatever it subscribes to. Returns the delivery's id. */
export async function pingWebhook(tx: Tx, id: number, now: Date): Promise<number> {
  const { url } = await requireActive(tx, id)
  const event = 'webhook.ping'
  const content = { event, payload: { sent_at: now.toISOString() } }
  const [sent] = await send(tx, [{ kind: 'event', webhookId: id, event, url, content }], now)
  await record(tx, { verb: 'webhook.pinged', id, after: { delivery: sent } }, now)
  return sent!
}

/** The webhook with that id; throws an `OperatorError` if there is none or it is disabled. */
export async function requireActive(tx: Queryable, id: number): Promise<Webhook> {
  const webhook = await requireWebhook(tx, id)
  if (!webhook.active)
    throw new OperatorError(message`webhook ${id} is disabled: run ${remedy('webhook enable', { id })} first`)
  return webhook
}

const allOf = (wanted: readonly string[]) => (wanted.includes('all') ? [...events] : [...new Set(wanted)])

/** Throws an `OperatorError` if no webhook can have these values. */
export function requireSoundWebhook({ name, url, events: wanted = [] }: Partial<WebhookDraft>) {
  if (name !== undefined && !name.trim()) {
    throw new OperatorError(
      message`the name is empty: say what the webhook is for, for example ${fieldRef('name', 'my shop')}`,
      'invalid_input',
    )
  }
  const problem = url === undefined ? undefined : problemIn(url)
  if (problem)
    throw new OperatorError(
      message`${problem}: give one like https://shop.example.com/latchkey with ${fieldRef('url')}`,
      'invalid_input',
    )
  const isKnown = (event: string) => event === 'all' || events.includes(event as Event)
  const unknown = wanted.find((event) => !isKnown(event))
  if (unknown !== undefined) {
    throw new OperatorError(`"${unknown}" is no event; there are ${events.join(', ')}, or all`, 'invalid_input')
  }
}

const problemIn = (url: string) =>
  URL.canParse(url) && url.length <= urlLengthMax ? problemOfUrl(new URL(url)) : 'this is no URL'
