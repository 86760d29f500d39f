import { randomBytes } from 'node:crypto'
import type { Tx } from '../database/connection'
import { fieldName } from '../kernel/fields'
import { moveHead, openHead } from './head'
import { hashOf } from './link'
import { insertEntry } from './store'
import type { Verb } from './verbs'

/** A change to record. Its author is the transaction's. */
export interface Change {
  /** The kind of thing and the action: `license.updated`, `api-key.revoked`. */
  verb: Verb | `${string}.imported`
  /** The thing's id. */
  id: number | string
  /** The state before and after; equal fields are omitted, secrets masked. */
  before?: object | undefined
  after?: object | undefined
  /** The ids, without a gap, when one row stands for many things made at once. */
  batch?: { from: number; to: number } | undefined
}

/** Writes a change to the audit log, in the transaction that makes it: both are committed, or neither. */
export async function record(tx: Tx, { verb, id, before, after, batch }: Change, now: Date) {
  const { actor, requestId = null } = tx.author
  const key = tx.auditKey
  const { head, next, link } = await openHead(tx, key)
  const subject = verb.slice(0, verb.indexOf('.'))
  const row = {
    id: next,
    at: now,
    actor,
    requestId,
    verb,
    subject,
    subjectId: String(id),
    batchFrom: batch?.from ?? null,
    batchTo: batch?.to ?? null,
    before: textOf(before, after, verb),
    after: textOf(after, before, verb),
    salt: randomBytes(saltBytes).toString('base64url'),
  }
  const hash = hashOf(key, row, link)
  await insertEntry(tx, { ...row, hash })
  await moveHead(tx, key, { ...head, auditId: row.id, hash })
}

const saltBytes = 16

/** Replaces a secret. */
export const mask = '•••'

const secrets: readonly string[] = [
  'hash',
  'previousHash',
  'sealedPrivate',
  'sealedCompanion',
  'sealedSecret',
  'passwordHash',
  'contractKey',
]
/** Whether a field is a secret. A contract's uuid gives its holder access, as the contract key does. */
export const isMaskedField = (subject: string, name: string) =>
  secrets.includes(name) || (subject === 'contract' && name === 'uuid')

// The row itself has the time of the change.
const omitted: readonly string[] = ['id', 'updatedAt']

/** One side of a change as JSON: the fields that differ from the other side, which may be absent. */
function textOf(side: object | undefined, other: object | undefined, verb: string): string | null {
  if (!side) return null
  const others = other as Record<string, unknown> | undefined
  const told: Record<string, unknown> = {}
  const [subject, deed] = verb.split('.', 2) as [string, string]
  // The names of metadata are data, not columns.
  const isData = deed.startsWith('meta-')
  for (const [name, value] of Object.entries(side)) {
    if ((!isData && omitted.includes(name)) || (others && isSame(value, others[name]))) continue
    told[isData ? name : fieldName(name)] = isMaskedField(subject, name) && value !== null ? mask : value
  }
  return JSON.stringify(told)
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
