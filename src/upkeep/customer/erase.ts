import type { AuditEntry } from '../../../db/schema/operations'
import { record } from '../../audit/record'
import { redactEntries } from '../../audit/redact'
import { deleteCalls } from '../../call-log/recorder'
import type { Tx } from '../../database/connection'
import type { RowKey } from '../../database/row-keys'
import { overwriting } from '../../database/secure-delete'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { randomToken, sha256 } from '../../kernel/secrets'
import { type Customer, countsOf, findCustomer } from './find'
import { impersonalSide, withoutPerson } from './redact'
import * as store from './store'

/**
 * Erases a person: licences stay valid, without an owner. The audit log names what was erased, and the person only by a
 * number made for this. Throws an `OperatorError` while an order of theirs is queued.
 */
export const eraseCustomer = (tx: Tx, email: string, now: Date) =>
  overwriting(tx, async () => {
    const found = await findCustomer(tx, email)
    if (await store.hasWaitingOrder(tx, [email])) {
      throw new OperatorError(
        message`an order of this person waits to be fulfilled: see ${remedy('job list')}, and try again then`,
      )
    }
    await eraseLicensing(tx, found, now)
    await deleteCalls(tx, idsOf(found.calls))
    await store.deleteTelemetryById(tx, idsOf(found.telemetry))
    await eraseDocuments(tx, found)
    for (const { column, ...sheet } of found.remarks) {
      await store.putRemark(tx, column, { ...sheet, content: found.mentions.without(sheet.content) })
    }
    await redactEntries(tx, found.entries.map(redacted(found)))
    const counts = countsOf(found)
    await record(tx, { verb: 'customer.erased', id: randomToken('erasure').slice(0, 24), after: counts }, now)
    return { counts, found }
  })

/** Deletes calls made until that moment that a server still had in memory during the erasure. Returns how many. */
export const eraseLateCalls = (tx: Tx, calls: readonly { id: number; at: Date }[], until: Date) =>
  overwriting(tx, async () => {
    const late = calls.filter(({ at }) => at <= until)
    await deleteCalls(tx, idsOf(late))
    return late.length
  })

async function eraseLicensing(tx: Tx, { licenses, activations, mentions }: Customer, now: Date) {
  await store.disownLicenses(tx, idsOf(licenses), now)
  await store.deleteActivations(tx, idsOf(activations.filter(({ identifier }) => mentions.isIn(identifier))))
}

async function eraseDocuments(tx: Tx, { papers, mentions }: Customer) {
  const keys = {} as Record<store.DocumentKind, RowKey[]>
  for (const name of store.documentKinds) {
    keys[name] = papers[name].map(({ key }) => key)
    for (const sheet of papers[name]) {
      await store.putDocument(tx, name, { ...sheet, content: withoutPerson(sheet.content, mentions) })
    }
  }
  await store.clearAnswers(
    tx,
    keys.deliveries.map(([id]) => Number(id)),
  )
  await store.clearOperatorAnswers(tx)
  await store.forgetOrders(tx, keys, sha256(randomToken('erased')))
}

const idsOf = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)

const redacted = (found: Customer) => (entry: AuditEntry) => {
  const side = (json: string | null) =>
    json && (found.isTheirs(entry) ? impersonalSide : withoutPerson)(json, found.mentions)
  return { id: entry.id, before: side(entry.before), after: side(entry.after) }
}
